"""A row a services processing unit: how busy it is, and how full its session table."""

from __future__ import annotations

from srx_issu.checks.check import Check, InRange
from srx_issu.checks.formatting import percent
from srx_issu.checks.frames import Frame, Row, Subject
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy


def spus_frame(subject: Subject) -> Frame:
    frame = Frame("spus", ("node", "about", "busy_percent", "sessions_percent", "sessions_text"))
    spus = subject.state.spus
    for node in NodeName:
        found = spus.rows_of(node)
        for spu in found or ():
            cells: Row = {"node": node.value, "about": f"SPU {spu.spu}", "busy_percent": spu.busy_percent}
            if spu.sessions is not None and spu.most_sessions:
                cells["sessions_percent"] = round(spu.sessions * 100 / spu.most_sessions, 1)
                cells["sessions_text"] = f"{spu.sessions:,} of {spu.most_sessions:,}"
            frame.add(cells, {"sessions_percent": "not shown"})
        if not found:
            reason = spus.reason_of(node) or "no SPU shown"
            empty = dict.fromkeys(("busy_percent", "sessions_percent"), reason)
            frame.add({"node": node.value, "about": "SPUs"}, empty)
    return frame


def spu_checks(policy: Policy) -> tuple[Check, ...]:
    """One node alone carries the traffic while the other reboots."""
    most = policy.limits.spu_percent
    return (
        Check(
            name="spu_load",
            what="load of {about}",
            table="spus",
            column="busy_percent",
            expect=InRange(maximum=most),
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="{about} is {busy_percent} % busy",
            bad="{about} is {busy_percent} % busy: one node may not carry the traffic of both",
            limit=f"at most {percent(most)}",
            remedy="choose a quieter time ('show security monitoring')",
        ),
        Check(
            name="spu_sessions",
            what="sessions of {about}",
            table="spus",
            column="sessions_percent",
            expect=InRange(maximum=most),
            severity=Severity.WARN,
            when_unknown=WhenUnknown.SKIP,
            good="{about} has {sessions_text} sessions",
            bad="{about} has {sessions_text} sessions: one node may not hold the sessions of both",
            limit=f"at most {percent(most)} of its maximum",
            remedy="choose a quieter time ('show security monitoring')",
        ),
    )
