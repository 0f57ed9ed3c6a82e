"""A row a redundancy group: how many nodes claim, of themselves, to be its primary."""

from __future__ import annotations

from srx_issu.checks.check import Check, InRange
from srx_issu.checks.frames import Frame, Row, Subject
from srx_issu.domain.cluster.model import GroupState

_SAYS_NOTHING = (None, GroupState.UNKNOWN)


def groups_frame(subject: Subject) -> Frame:
    frame = Frame("groups", ("node", "about", "group", "claims", "claims_text"))
    snapshot = subject.snapshot
    for group_id in snapshot.group_ids:
        silent = [v.node.value for v in snapshot.views if v.own_state(group_id) in _SAYS_NOTHING]
        claims = sorted(snapshot.claims(group_id))
        cells: Row = {"about": f"RG{group_id}", "group": group_id}
        cells["claims_text"] = " and ".join(claims) or "no node"
        if not silent:
            cells["claims"] = len(claims)
        frame.add(cells, {"claims": f"{' and '.join(silent)} did not say"})
    return frame


def group_checks() -> tuple[Check, ...]:
    return (
        Check(
            name="one_primary",
            what="the primary of RG{group}",
            table="groups",
            column="claims",
            expect=InRange(minimum=1, maximum=1),
            guide=True,
            good="RG{group} has one primary",
            bad="{claims_text} claims to be primary of RG{group}",
            limit="exactly one node",
            remedy="do not start anything; look at 'show chassis cluster status' on both nodes",
        ),
    )
