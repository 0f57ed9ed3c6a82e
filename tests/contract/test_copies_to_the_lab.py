"""Copies to a node of the lab over connections that break, or that change what is copied."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from srx_issu.adapters.devices.transfer import SshNodeFiles
from srx_issu.domain.errors import CopyDiffers, TransferFailed
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


def test_a_node_without_sftp_gets_its_file_by_scp_and_proves_it(
    lab: Lab, files: SshNodeFiles, source: Path
) -> None:
    path, seen = "/var/tmp/by-scp.tgz", list[int]()
    break_(lab, "no_sftp")
    files.upload(source, path, lambda there, _: seen.append(there))
    assert files.size(path) == SIZE
    assert files.sha256(path) == hashlib.sha256(source.read_bytes()).hexdigest()
    assert seen == sorted(seen)  # in pieces, so that the shared line's limit holds here, too
    assert len(seen) > 5
    assert [event["path"] for event in lab.events("file_uploaded")][-1] == f"{path}.part"
    files.upload(source, path, lambda there, _: seen.append(there))
    assert seen[-1] == SIZE
    files.delete(path)
    assert files.size(path) is None


def test_a_reset_copy_by_scp_begins_again(lab: Lab, files: SshNodeFiles, source: Path) -> None:
    path, begun = "/var/tmp/scp-reset.tgz", list[int]()
    break_(lab, "no_sftp")
    break_(lab, "copy_cut", after_bytes="900000")

    def progress(there: int, _: int) -> None:
        begun.append(there)
        if begun.count(0) == 2:
            lab.control("clear", fault="copy_cut", node=None)

    files.upload(source, path, progress)
    assert files.size(path) == SIZE
    assert begun.count(0) == 2
    files.delete(path)


def test_scp_says_what_the_node_refuses(lab: Lab, files: SshNodeFiles, source: Path) -> None:
    break_(lab, "no_sftp")
    with pytest.raises(TransferFailed, match=r"the node said: .*No such file"):
        files.upload(source, "/no/such/folder/image.tgz", lambda _there, _size: None)
