"""The questions of a look, and those about a file, a checksum or the configuration of one node.

Names and arguments from Juniper's RPC models (docs/junos.md, "Questions and their RPCs"). Looking only; what
changes a device is in ``domain.upgrade.commands``.
"""

from __future__ import annotations

import re

from srx_issu.adapters.devices.question import Question, by_rpc_or_cli
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.rpc import Rpc

_PATH = re.compile(r"/[A-Za-z0-9][A-Za-z0-9._/+-]*")
FORMS = ("text", "set")

STATUS = by_rpc_or_cli("get-chassis-cluster-status", "show chassis cluster status")
SOFTWARE = by_rpc_or_cli("get-software-information", "show version")
UPTIME = by_rpc_or_cli("get-system-uptime-information", "show system uptime")
INFORMATION = by_rpc_or_cli("get-chassis-cluster-information", "show chassis cluster information")
COLD_SYNC = by_rpc_or_cli(
    "get-chassis-cluster-cold-synchronization-information",
    "show chassis cluster information detail coldsync",
)
ISSU = by_rpc_or_cli("get-chassis-cluster-issu-information", "show chassis cluster information issu")


def checksum(path: str) -> Question:
    path = checked_path(path)
    return by_rpc_or_cli("get-sha256-checksum-information", f"file checksum sha-256 {path}", path=path)


def file_show(path: str) -> Question:
    path = checked_path(path)
    return Question(rpc=Rpc("file-show", (("filename", path),)), cli=f"file show {path}", large=True)


def configuration(form: str) -> Question:
    """The committed configuration, not the candidate."""
    if form not in FORMS:
        raise RequestRefused(f"configuration form {form!r}: expected one of {', '.join(FORMS)}")
    pipe = " | display set" if form == "set" else ""
    return Question(
        rpc=Rpc("get-configuration"),
        cli=f"show configuration{pipe}",
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
