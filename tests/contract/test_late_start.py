"""A start that reaches the node after its permit's end does nothing there, whatever the controller thinks."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from srx_issu.adapters.devices.writer import PyezClusterWriter
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import PermitExpired
from srx_issu.domain.upgrade.commands import StartIssu
from srx_issu.domain.upgrade.intent import StartMethod, Timers
from srx_issu.ports.devices import Started
from tests.fakes.lines import permit
from tests.fakes.node import ScriptedNode
from tests.fakes.wires import cluster_at

N0 = NodeName.NODE0
START = StartIssu(image_path="/var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz")
START_RPC = "request-package-in-service-upgrade"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[ScriptedNode]:
    """With a shell, and a ``cli`` behind it that answers what the shell's proof asks."""
    program = tmp_path / "bin" / "cli"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'Junos: 21.4R3-S5.4'\n")
    program.chmod(0o755)
    with ScriptedNode() as scripted:
        scripted.shell = {"PATH": f"{program.parent}:/usr/bin:/bin"}
        yield scripted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What stands for the node's /var/tmp."""
    folder = tmp_path / "var-tmp"
    folder.mkdir()
    return folder


def writer(node: ScriptedNode, folder: Path, node_permit_s: float) -> PyezClusterWriter:
    return PyezClusterWriter(
        cluster_at(node.address, node.address),
        node.credentials(),
        Timers(connect_s=5, rpc_s=0.4, node_permit_s=node_permit_s),
        folder_of=lambda job: f"{folder}/srx-issu-{job}",
        pause=lambda _: time.sleep(0.05),
    )


def test_the_node_refuses_a_start_that_comes_too_late(node: ScriptedNode, folder: Path) -> None:
    with writer(node, folder, node_permit_s=-60).start_line(N0, StartMethod.SHELL) as line:
        report = line.start(START, "job", permit(N0))
        assert report.started is Started.TOO_LATE
        assert line.started("job") is None  # no marker: the job may be started by another permit
    assert list(folder.iterdir()) == []


def test_and_one_in_time_starts_afterwards(node: ScriptedNode, folder: Path) -> None:
    with writer(node, folder, node_permit_s=-60).start_line(N0, StartMethod.SHELL) as line:
        line.start(START, "job", permit(N0))
    with writer(node, folder, node_permit_s=30).start_line(N0, StartMethod.SHELL) as line:
        assert line.start(START, "job", permit(N0)).started is not Started.TOO_LATE
    assert (folder / "srx-issu-job").is_dir()


@pytest.mark.parametrize("method", [StartMethod.SHELL, StartMethod.RPC])
def test_nothing_leaves_with_a_permit_that_has_run_out(
    node: ScriptedNode, folder: Path, method: StartMethod
) -> None:
    with writer(node, folder, node_permit_s=30).start_line(N0, method) as line, pytest.raises(PermitExpired):
        line.start(START, "job", permit(N0, seconds=-1))
    assert START_RPC not in node.requests
    assert not (folder / "srx-issu-job").exists()
