"""Is an ISSU under way already, or has one been left behind?"""

from __future__ import annotations

from srx_issu.checks.check import NO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import WhenUnknown
from srx_issu.domain.cluster.manual_flags import stale_flags
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.phase import ISSU_PRIORITY
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("issu_in_progress", "issu_text")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """The words of ``information issu`` are not documented. Where they do not tell, the flags that an ISSU
    sets do: with them it is not known, without them there is no ISSU. Flags that no ISSU sets are their own
    check's business."""
    view = subject.view(node)
    own = [m for g in view.groups if g.group_id > 0 for m in g.members]
    told = view.issu.in_progress if view.issu else None
    flagged = any(m.priority == ISSU_PRIORITY or m.manual for m in own)
    words = listed(list(view.issu.events)) if view.issu else ""
    cells["issu_text"] = words or "no words of its own"
    if not view.reachable or not view.groups:
        reasons["issu_in_progress"] = subject.silence(node) or "no redundancy groups shown"
    elif "issu" in view.not_understood:
        reasons["issu_in_progress"] = view.error
    elif told is None and flagged and not stale_flags(subject.snapshot):
        reasons["issu_in_progress"] = "state not recognised, but a group has priority 255 or the manual flag"
    else:
        cells["issu_in_progress"] = bool(told)


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="no_issu_in_progress",
            what="whether an ISSU is in progress",
            table="nodes",
            column="issu_in_progress",
            expect=NO,
            when_unknown=WhenUnknown.BLOCK,
            good="no ISSU is in progress",
            bad="an ISSU is in progress ({issu_text})",
            limit="none",
            remedy="if it is stale: 'request chassis cluster in-service-upgrade abort' on both nodes",
        ),
    )
