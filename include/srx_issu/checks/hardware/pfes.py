"""A row a packet forwarding engine: does it hold the routing engine's policies?"""

from __future__ import annotations

from srx_issu.checks.check import YES, Check
from srx_issu.checks.frames import Frame, Subject
from srx_issu.domain.cluster.model import NodeName


def pfes_frame(subject: Subject) -> Frame:
    frame = Frame("pfes", ("node", "about", "in_sync", "words"))
    sync = subject.state.policy_sync
    for node in NodeName:
        found = sync.rows_of(node)
        for pfe in found or ():
            frame.add({"node": node.value, "about": pfe.pfe, "in_sync": pfe.in_sync, "words": pfe.words})
        if not found:
            reason = sync.reason_of(node) or "no PFE shown"
            frame.add({"node": node.value, "about": "PFE"}, {"in_sync": reason})
    return frame


def pfe_checks() -> tuple[Check, ...]:
    return (
        Check(
            name="policies_in_sync",
            what="whether {about} holds the policies",
            table="pfes",
            column="in_sync",
            expect=YES,
            good="{about} holds the routing engine's policies",
            bad="{about} does not hold the routing engine's policies ({words})",
            limit="in sync",
            remedy="'request security policies resync', then 'request security policies check'",
        ),
    )
