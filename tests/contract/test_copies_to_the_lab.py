"""Copies to a node of the lab over connections that break, or that change what is copied."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from srx_issu.adapters.devices.transfer import SshNodeFiles
from srx_issu.domain.errors import CopyDiffers
from srx_issu.domain.upgrade.intent import Timers
from tests.contract.worlds import Lab

SIZE = 2 * 1024 * 1024 + 11


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "copied.tgz"
    source.write_bytes(random.Random(5).randbytes(SIZE))
    return source


@pytest.fixture
def files(lab: Lab) -> Iterator[SshNodeFiles]:
    timers = Timers(connect_s=20, rpc_s=20)
    with SshNodeFiles("node0", lab.cluster.node0, lab.credentials, timers, pause=lambda _: None) as files:
        yield files
    lab.control("clear", fault=None, node=None)


def break_(lab: Lab, fault: str, **parameters: str) -> None:
    lab.control("inject", fault=fault, node="node0", at=None, parameters=parameters)


def test_a_copy_goes_on_from_the_last_byte_however_often_it_is_reset(
    lab: Lab, files: SshNodeFiles, source: Path
) -> None:
    path, begun = "/var/tmp/reset.tgz", list[int]()
    break_(lab, "copy_cut", after_bytes="600000")

    def progress(there: int, _: int) -> None:
        begun.append(there)

    files.upload(source, path, progress)
    assert files.size(path) == SIZE
    assert begun.count(0) == 1  # never from the beginning
    lab.control("clear", fault=None, node=None)
    files.delete(path)


def test_a_copy_that_is_wrong_twice_in_the_same_way_is_given_up(
    lab: Lab, files: SshNodeFiles, source: Path
) -> None:
    path, begun = "/var/tmp/damaged.tgz", list[int]()
    break_(lab, "copy_damaged")
    with pytest.raises(CopyDiffers, match="The first copy was wrong in the same way"):
        files.upload(source, path, lambda there, _: begun.append(there))
    assert begun.count(0) == 2
    assert files.arrived(path) == 0  # nothing of it is left on the node
