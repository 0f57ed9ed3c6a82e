"""A row a PIC; an empty one for a node that shows none."""

from __future__ import annotations

import re

from srx_issu.checks.check import NO, Check, OneOf
from srx_issu.checks.frames import Frame, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName

# First words of the states that Junos has for cards and PICs; any other is not known, and never good.
_STATES = frozenset(
    {"online", "offline", "onlining", "offlining", "present", "empty", "ready", "probed", "probe-wait"}
    | {"announce", "hardware", "fault", "diagnostics", "failed", "unresponsive", "init", "standby", "spare"}
)


def pics_frame(subject: Subject) -> Frame:
    frame = Frame("pics", ("node", "about", "state", "kind", "unsupported"))
    pics, patterns = subject.state.pics, subject.rules.issu_unsupported_pics
    for node in NodeName:
        found = pics.rows_of(node)
        for pic in found or ():
            known = pic.kind is not None or not patterns
            unsupported = any(re.search(pattern, pic.kind or "") for pattern in patterns) if known else None
            state = pic.state if pic.state.lower().split()[0] in _STATES else None
            frame.add(
                {"node": node.value, "about": pic.name, "state": state, "kind": pic.kind or "?"}
                | {"unsupported": unsupported},
                {"unsupported": "its kind is not shown", "state": f"its state is {pic.state}"},
            )
        if not found:
            reason = pics.reason_of(node) or "no PIC shown"
            frame.add({"node": node.value, "about": "PICs"}, {"state": reason, "unsupported": reason})
    return frame


def pic_checks() -> tuple[Check, ...]:
    """The guide: an unsupported PIC restarts during the upgrade; the ISSU only warns."""
    return (
        Check(
            name="pics_online",
            what="state of {about}",
            table="pics",
            column="state",
            expect=OneOf(values=("Online",)),
            good="{about} is online",
            bad="{about} ({kind}) is {state}",
            limit="Online",
            remedy="bring it online, or ignore it in policy/checks.yaml if it is meant to be offline",
        ),
        Check(
            name="pics_support_issu",
            what="whether {about} supports ISSU",
            table="pics",
            column="unsupported",
            expect=NO,
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="{about} is of no kind that restarts in an ISSU",
            bad="{about} ({kind}) does not support ISSU: it restarts during the upgrade",
            limit="not in issu_unsupported_pics",
            remedy="expect an interruption on its ports",
        ),
    )
