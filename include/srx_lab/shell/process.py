"""What a shell process knows, and its commands may read or change."""

from __future__ import annotations

from dataclasses import dataclass, field

from srx_lab.device import Device
from srx_lab.session import Session
from srx_lab.terminal import Terminal


class Exit(Exception):
    """`exit N`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(kw_only=True)
class Process:
    """`status` is `$?`, `last_job` is `$!`. `own_job`: of a background job, its parent's list and its pid.
    `bourne`: it is `sh`, whose prompt is another than csh's."""

    device: Device
    session: Session
    terminal: Terminal
    cwd: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    status: int = 0
    last_job: int = 0
    pid: int = 0
    hangup_jobs: list[int] = field(default_factory=list)
    left: bool = False
    own_job: tuple[list[int], int] | None = None
    bourne: bool = False

    def __post_init__(self) -> None:
        self.cwd = self.cwd or self.device.files.home
        self.pid = self.device.next_pid()
        self.variables.setdefault("HOME", self.device.files.home)
        self.variables.setdefault("USER", self.device.user)

    def hang_up(self) -> None:
        """End background jobs that were not started with nohup and do not ignore it."""
        for pid in self.hangup_jobs:
            job = self.device.jobs.get(pid)
            if job is not None:
                job.cancel()
