"""The questions that are asked of a node: RPC, CLI form, and the element that the answer promises.

Names and arguments from Juniper's RPC models (docs/junos.md, "Questions and their RPCs"). Looking only; what
changes a device is in ``domain.upgrade.commands``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.commands import Rpc

_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9._/+-]*")
FORMS = ("text", "set")


@dataclass(frozen=True, kw_only=True)
class Query:
    """One question. The CLI form is asked where a release does not know the RPC."""

    rpc: Rpc
    cli: str
    body: str
    attributes: tuple[tuple[str, str], ...] = ()
    large: bool = False  # may be one text of more than 10 MB

    @property
    def name(self) -> str:
        return self.rpc.name


STATUS = Query(
    rpc=Rpc("get-chassis-cluster-status"), cli="show chassis cluster status", body="chassis-cluster-status"
)
SOFTWARE = Query(rpc=Rpc("get-software-information"), cli="show version", body="software-information")
UPTIME = Query(
    rpc=Rpc("get-system-uptime-information"), cli="show system uptime", body="system-uptime-information"
)
INFORMATION = Query(
    rpc=Rpc("get-chassis-cluster-information"),
    cli="show chassis cluster information",
    body="chassis-cluster-information",
)
COLD_SYNC = Query(
    rpc=Rpc("get-chassis-cluster-cold-synchronization-information"),
    cli="show chassis cluster information detail coldsync",
    body="cold-synchronization-monitoring-information",
)
ISSU = Query(
    rpc=Rpc("get-chassis-cluster-issu-information"),
    cli="show chassis cluster information issu",
    body="issu-information",
)


def checksum(path: str) -> Query:
    path = checked_path(path)
    return Query(
        rpc=Rpc("get-sha256-checksum-information", (("path", path),)),
        cli=f"file checksum sha-256 {path}",
        body="checksum-information",
    )


def file_show(path: str) -> Query:
    path = checked_path(path)
    return Query(
        rpc=Rpc("file-show", (("filename", path),)), cli=f"file show {path}", body="file-content", large=True
    )


def configuration(form: str) -> Query:
    """The committed configuration, not the candidate."""
    if form not in FORMS:
        raise RequestRefused(f"configuration form {form!r}: expected one of {', '.join(FORMS)}")
    pipe = " | display set" if form == "set" else ""
    return Query(
        rpc=Rpc("get-configuration"),
        cli=f"show configuration{pipe}",
        body=f"configuration-{form}",
        attributes=(("format", form), ("database", "committed")),
        large=True,
    )


def checked_path(path: str) -> str:
    """The path, when it is absolute and made of plain characters: it becomes part of a CLI command."""
    if not _PATH.fullmatch(path) or ".." in path:
        raise RequestRefused(
            f"path {path!r} on a node: expected an absolute one of letters, digits and . _ / + -, no '..'"
        )
    return path
