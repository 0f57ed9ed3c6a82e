"""One client's presence on a node: a NETCONF session, a CLI, a shell, a file transfer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class SessionKind(StrEnum):
    """How the client came in."""

    NETCONF = "netconf"
    CLI = "cli"
    EXEC = "exec"
    SHELL_JOB = "job"  # a background job of a shell; outlives its session
    SFTP = "sftp"


@dataclass(kw_only=True, eq=False)
class Session:
    """Facts of a session. `say` writes a message on its terminal, where it has one; `end` cuts its line."""

    number: int
    user: str
    client: str
    kind: SessionKind
    since: float
    say: Callable[[str], None] | None = None
    end: Callable[[], None] | None = None
    upgrades: list[int] = field(default_factory=list)
    directory: str = ""  # of file commands without a path; empty for the home
    edits_since: float | None = None
    candidate: list[str] | None = None  # its own, where it edits in private
