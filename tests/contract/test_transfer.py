"""Copying an image to a node: resumed, proven, and never half of it under its final name."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from srx_issu.adapters.devices import transfer
from srx_issu.adapters.devices.transfer import SshNodeFiles
from srx_issu.airflow.operators.failures import may_pass
from srx_issu.domain.errors import (
    AuthenticationFailed,
    CommandRefused,
    CopyDiffers,
    HostKeyRejected,
    RequestRefused,
    TransferFailed,
)
from srx_issu.domain.upgrade.intent import Timers
from tests.fakes.node import Act, ScriptedNode

PATH = "/var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz"
SIZE = 3 * 1024 * 1024 + 17


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The node's file system."""
    root = tmp_path / "node"
    (root / "var" / "tmp").mkdir(parents=True)
    return root


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "image.tgz"
    source.write_bytes(random.Random(7).randbytes(SIZE))
    return source


@pytest.fixture
def node(root: Path) -> Iterator[ScriptedNode]:
    def checksum(request: str) -> str:
        path = request.split("<path>")[1].split("</path>", maxsplit=1)[0]
        file = root / path.lstrip("/")
        if not file.exists():
            words = f"sha256: {path}: No such file or directory"
            return (
                "<checksum-information><file-checksum><rpc-error><error-severity>error</error-severity>"
                f"<error-message>{words}</error-message></rpc-error></file-checksum></checksum-information>"
            )
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return (
            f"<checksum-information><file-checksum><checksum>{digest}</checksum></file-checksum>"
            "</checksum-information>"
        )

    with ScriptedNode({"get-sha256-checksum-information": checksum}, files=root) as scripted:
        yield scripted


@pytest.fixture
def files(node: ScriptedNode) -> Iterator[SshNodeFiles]:
    with SshNodeFiles(
        "node0", node.address, node.credentials(), Timers(connect_s=5, rpc_s=5), pause=lambda _: None
    ) as files:
        yield files


class Seen:
    """Records progress and can interrupt the copy."""

    def __init__(self, node: ScriptedNode | None = None, hang_up_at: tuple[int, ...] = ()) -> None:
        self.calls: list[tuple[int, int]] = []
        self._node = node
        self._hang_up_at = list(hang_up_at)

    def __call__(self, there: int, size: int) -> None:
        self.calls.append((there, size))
        if self._node and self._hang_up_at and there >= self._hang_up_at[0]:
            self._hang_up_at.pop(0)
            self._node.hang_up()


def at(root: Path, path: str = PATH) -> Path:
    return root / path.lstrip("/")


def test_copy_that_differs_is_made_once_more_and_then_given_up(
    node: ScriptedNode, files: SshNodeFiles, root: Path, source: Path
) -> None:
    node.answers["get-sha256-checksum-information"] = (
        f"<checksum-information><file-checksum><checksum>{'0' * 64}</checksum></file-checksum>"
        "</checksum-information>"
    )
    seen = Seen()
    with pytest.raises(CopyDiffers, match=r"after the second copy, the source has .* deleted") as failed:
        files.upload(source, PATH, seen)
    assert not may_pass(failed.value)  # no other try: it would be copied in vain
    assert seen.calls.count((0, SIZE)) == 2
    assert list((root / "var" / "tmp").iterdir()) == []


def test_node_that_cannot_tell_the_checksum_leaves_nothing_under_the_final_name(
    node: ScriptedNode, files: SshNodeFiles, root: Path, source: Path
) -> None:
    del node.answers["get-sha256-checksum-information"]
    with pytest.raises(CommandRefused):
        files.upload(source, PATH, Seen())
    assert not at(root).exists()
    assert at(root, PATH + transfer.PART).stat().st_size == SIZE  # not sent again next time


def test_node_that_keeps_hanging_up_is_given_up(
    node: ScriptedNode, files: SshNodeFiles, source: Path
) -> None:
    with pytest.raises(TransferFailed, match=r"gave up at \d+ of 3145745 bytes"):
        files.upload(source, PATH, Seen(node, hang_up_at=(0,) * 100))


def test_what_the_sftp_server_refuses_is_said_at_once(files: SshNodeFiles, source: Path) -> None:
    with pytest.raises(TransferFailed, match=r"the node said: .*No such file"):
        files.upload(source, "/no/such/folder/image.tgz", Seen())


def test_folder_is_never_taken_for_a_file(files: SshNodeFiles, root: Path, source: Path) -> None:
    with pytest.raises(TransferFailed, match="/var/tmp is not a file"):
        files.upload(source, "/var/tmp", Seen())
    assert (root / "var" / "tmp").is_dir()


def test_changed_host_key_is_rejected(node: ScriptedNode, source: Path) -> None:
    files = SshNodeFiles("node0", node.address, node.credentials(known_hosts=""), Timers(connect_s=5))
    with pytest.raises(HostKeyRejected):
        files.upload(source, PATH, Seen())
    assert node.passwords == []


def test_wrong_password(node: ScriptedNode) -> None:
    files = SshNodeFiles("node0", node.address, node.credentials(password="wrong"), Timers(connect_s=5))
    with pytest.raises(AuthenticationFailed, match="refuses the login of 'ops' by password") as refused:
        files.size(PATH)
    assert "wrong" not in refused.value.message


def test_account_without_sftp_is_told_how_to_get_it(source: Path) -> None:
    with ScriptedNode() as node:
        files = SshNodeFiles("node0", node.address, node.credentials(), Timers(connect_s=5, rpc_s=5))
        with pytest.raises(TransferFailed, match=r"no SFTP .* 'set system services ssh sftp-server'"):
            files.upload(source, PATH, Seen())


def test_path_that_is_no_plain_path_is_refused(files: SshNodeFiles, source: Path) -> None:
    with pytest.raises(RequestRefused):
        files.upload(source, "/var/tmp/x;reboot", Seen())


def test_lost_sessions_are_resumed_from_the_last_byte(
    node: ScriptedNode, files: SshNodeFiles, root: Path, source: Path
) -> None:
    seen = Seen(node, hang_up_at=(1024 * 1024, 2 * 1024 * 1024))
    files.upload(source, PATH, seen)
    assert at(root).read_bytes() == source.read_bytes()
    assert [call for call in seen.calls if call[0] == 0] == [(0, SIZE)] or node.connections > 3
    assert seen.calls[-1] == (SIZE, SIZE)


@pytest.mark.parametrize("name", [PATH, PATH + transfer.PART])
def test_half_a_file_is_gone_on_with(files: SshNodeFiles, root: Path, source: Path, name: str) -> None:
    at(root, name).write_bytes(source.read_bytes()[: SIZE // 2])
    seen = Seen()
    files.upload(source, PATH, seen)
    assert seen.calls[0] == (SIZE // 2, SIZE)
    assert at(root).read_bytes() == source.read_bytes()
    assert [file.name for file in at(root).parent.iterdir()] == [at(root).name]


def test_half_of_another_file_is_found_out_and_replaced(
    files: SshNodeFiles, root: Path, source: Path
) -> None:
    at(root, PATH + transfer.PART).write_bytes(b"x" * 1000)
    seen = Seen()
    files.upload(source, PATH, seen)
    assert seen.calls[0] == (1000, SIZE)
    assert (0, SIZE) in seen.calls
    assert at(root).read_bytes() == source.read_bytes()


@pytest.mark.parametrize("there", [b"y" * SIZE, b"y" * (SIZE + 1)])
def test_another_file_of_that_name_stays(files: SshNodeFiles, root: Path, source: Path, there: bytes) -> None:
    at(root).write_bytes(there)
    with pytest.raises(TransferFailed, match=r"is another file .* rename or delete it"):
        files.upload(source, PATH, Seen())
    assert at(root).read_bytes() == there


def test_file_that_is_there_is_not_sent(files: SshNodeFiles, root: Path, source: Path) -> None:
    at(root).write_bytes(source.read_bytes())
    seen = Seen()
    files.upload(source, PATH, seen)
    assert seen.calls == [(SIZE, SIZE)]


def test_size_checksum_and_delete(files: SshNodeFiles, root: Path) -> None:
    assert files.size(PATH) is None
    with pytest.raises(TransferFailed, match="no such file"):
        files.sha256(PATH)
    at(root).write_bytes(b"abc")
    assert files.size(PATH) == 3
    assert files.sha256(PATH) == hashlib.sha256(b"abc").hexdigest()
    files.delete(PATH)
    files.delete(PATH)
    assert not at(root).exists()


def test_session_lost_while_the_node_computes_the_checksum_costs_no_copy(
    node: ScriptedNode, files: SshNodeFiles, root: Path, source: Path
) -> None:
    answer = node.answers["get-sha256-checksum-information"]
    assert callable(answer)
    acts = [Act.CUT]
    node.answers["get-sha256-checksum-information"] = lambda asked: acts.pop() if acts else answer(asked)
    seen = Seen()
    files.upload(source, PATH, seen)
    assert at(root).read_bytes() == source.read_bytes()
    assert seen.calls.count((0, SIZE)) == 1


def test_two_copies_that_differ_in_two_ways_may_be_tried_again(
    node: ScriptedNode, files: SshNodeFiles, source: Path
) -> None:
    wrong = ["0" * 64, "1" * 64]
    node.answers["get-sha256-checksum-information"] = lambda _: (
        f"<checksum-information><file-checksum><checksum>{wrong.pop()}</checksum></file-checksum>"
        "</checksum-information>"
    )
    with pytest.raises(TransferFailed) as failed:
        files.upload(source, PATH, Seen())
    assert may_pass(failed.value)
