"""Nothing leaves after its permit's end: by NETCONF, by the shell, and by the job on the node itself."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.start import RpcStartLine, ShellStartLine, job_line, late_note
from srx_issu.adapters.devices.writer import NetconfLine
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import PermitExpired
from srx_issu.domain.upgrade.commands import AbortIssu, StartIssu
from tests.fakes.lines import permit

START = StartIssu(image_path="/var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz")
OUT_OF_TIME = permit(seconds=-1)


@dataclass
class Device:
    """An open session of which nobody should ask anything."""

    connected: bool = True

    def exchange(self, *_: object, **__: object) -> object:
        raise AssertionError("it left after its permit's end")


@dataclass
class Shell:
    """A node's shell that answers every question with nothing."""

    launched: list[str] = field(default_factory=list)

    def node_time_s(self) -> int:
        return int(time.time())

    def launch(self, line: str) -> None:
        self.launched.append(line)

    def run(self, line: str) -> tuple[int, str]:
        return 1, ""


def session() -> NetconfSession:
    made = NetconfSession(
        "node0", Address(host="127.0.0.1"), Credentials(username="lab"), connect_s=1, rpc_s=1
    )
    made._device = Device()  # type: ignore[assignment]
    return made


def test_no_command_leaves_by_netconf() -> None:
    with pytest.raises(PermitExpired):
        NetconfLine(session=session(), rpc_s=1).send(AbortIssu(), OUT_OF_TIME)


def test_no_start_leaves_by_netconf() -> None:
    with pytest.raises(PermitExpired):
        RpcStartLine(session=session(), wait_s=1).start(START, "job", OUT_OF_TIME)


def test_no_start_leaves_by_the_shell() -> None:
    shell = Shell()
    line = ShellStartLine(shell=shell, folder_of=str, pause=lambda _: None, permit_s=30)  # type: ignore[arg-type]
    with pytest.raises(PermitExpired):
        line.start(START, "/var/tmp/job", OUT_OF_TIME)
    assert shell.launched == []


@pytest.mark.parametrize("left_s", [30, -2])
def test_the_job_on_the_node_looks_at_the_time_itself(tmp_path: Path, left_s: int) -> None:
    folder, until_s = str(tmp_path / "job"), int(time.time()) + left_s
    subprocess.run(["/bin/sh", "-c", job_line(START, folder, until_s=until_s)], check=True)
    note = Path(late_note(folder, until_s))
    for _ in range(100):
        if note.exists() or (tmp_path / "job/exit").exists():
            break
        time.sleep(0.05)
    assert (tmp_path / "job").exists() is (left_s > 0)
    assert note.exists() is (left_s < 0)
