"""Who else is on the node: in configure mode, exclusively, or just logged in."""

from __future__ import annotations

from srx_issu.checks.check import ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.rows import Login
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("configuring", "configuring_text", "exclusive", "exclusive_text", "logins", "logins_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    logins = subject.state.logins.rows_of(node)
    for column in ("configuring", "exclusive", "logins"):
        reasons[column] = subject.state.logins.reason_of(node)
    if logins is None:
        return
    unknown = [login for login in logins if login.command is None]
    for column, found in (
        ("configuring", [login for login in logins if login.is_configuring]),
        ("exclusive", [login for login in logins if login.is_exclusive]),
        ("logins", list(logins)),
    ):
        cells[f"{column}_text"] = _names(found)
        if found or not unknown:
            cells[column] = len(found)
        else:
            reasons[column] = f"what {_names(unknown)} does is not shown"


def _names(logins: list[Login]) -> str:
    return listed([f"{login.user} on {login.tty}" for login in logins])


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="nobody_configuring",
            what="users in configure mode",
            table="nodes",
            column="configuring",
            expect=ZERO,
            good="nobody is in configure mode",
            bad="in configure mode: {configuring_text}",
            limit="nobody",
            remedy="ask them to leave; nothing can be committed during an ISSU",
        ),
        Check(
            name="no_exclusive_lock",
            what="exclusive locks of the configuration",
            table="nodes",
            column="exclusive",
            expect=ZERO,
            good="nobody holds the configuration exclusively",
            bad="configured exclusively by {exclusive_text}",
            limit="nobody",
            remedy="ask them to leave: nothing else can be committed",
        ),
        Check(
            name="nobody_logged_in",
            what="users logged in",
            table="nodes",
            column="logins",
            expect=ZERO,
            severity=Severity.INFO,
            when_unknown=WhenUnknown.SKIP,
            good="nobody else is logged in",
            bad="logged in: {logins_text}",
            limit="nobody",
        ),
    )
