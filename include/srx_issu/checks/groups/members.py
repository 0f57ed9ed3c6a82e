"""A row for each node in each group, as each node sees it: 4 rows a group."""

from __future__ import annotations

from srx_issu.checks.check import NO, ZERO, Check, InRange, NoneOf, OneOf
from srx_issu.checks.frames import Frame, Row, Subject
from srx_issu.domain.cluster.model import GroupMember, GroupState, NodeName, Snapshot
from srx_issu.domain.cluster.phase import ISSU_PRIORITY

COLUMNS = (
    "node", "about", "seen_by", "group", "state", "state_remedy", "priority", "manual", "view", "failures",
    "failures_text",
)  # fmt: skip
_JUDGED = ("state", "priority", "manual", "failures")


def members_frame(subject: Subject) -> Frame:
    frame = Frame("members", COLUMNS)
    snapshot = subject.snapshot
    for seen_by in NodeName:
        silence = subject.silence(seen_by)
        for group_id in snapshot.group_ids:
            group = snapshot.view(seen_by).group(group_id)
            for node in NodeName:
                member = group.member(node) if group else None
                why = f"{seen_by} {silence}" if silence else f"{seen_by} does not show {node} in RG{group_id}"
                cells: Row = {"node": node.value, "about": f"RG{group_id}", "seen_by": seen_by.value}
                cells["group"] = group_id
                if member is not None:
                    cells |= _told(member) | {"view": _view(snapshot, seen_by, member, group_id)}
                    why = "not shown, or in words that are not known"
                frame.add(cells, dict.fromkeys(_JUDGED, why))
    return frame


def _told(member: GroupMember) -> Row:
    failures = member.monitor_failures
    return {
        "state": None if member.state is GroupState.UNKNOWN else member.state.value,
        "state_remedy": _STATE_REMEDIES.get(member.state.value, _STATE_REMEDY),
        "priority": member.priority,
        "manual": member.manual,
        "failures": None if failures is None else len(failures),
        "failures_text": " ".join(sorted(failures or ())),
    }


def _view(snapshot: Snapshot, seen_by: NodeName, member: GroupMember, group_id: int) -> str:
    """Whose view it is, where the two nodes differ; nothing where they agree or the other is silent."""
    other = snapshot.view(seen_by.peer).group(group_id)
    told = other.member(member.node) if other else None
    return "" if told is None or told == member else f" (as {seen_by} sees it)"


_STATE_REMEDY = "look at 'show chassis cluster status' and 'show chassis cluster information'"
_STATE_REMEDIES = {
    "secondary-hold": "wait until the hold-down is over (RG0: 300 s by default)",
    "hold": "wait until the node has finished booting",
    "disabled": "repair the control link, then reboot the node: 'disabled' ends in no other way",
    "ineligible": "repair the control or fabric link; after 180 s the node becomes disabled",
    "lost": "the node is not heard: check its power, control link and console",
}
_RESET = "'request chassis cluster failover reset redundancy-group {group}'"


def member_checks() -> tuple[Check, ...]:
    return (
        Check(
            name="group_states",
            what="state in RG{group}",
            table="members",
            column="state",
            guide=True,
            expect=OneOf(values=("primary", "secondary")),
            good="RG{group} is {state}",
            bad="RG{group} is {state}{view}",
            limit="primary or secondary",
            remedy="{state_remedy}",
        ),
        Check(
            name="group_priorities",
            what="priority in RG{group}",
            table="members",
            column="priority",
            expect=InRange(minimum=1),
            guide=True,
            limit="above 0",
            good="RG{group} has priority {priority}",
            bad="RG{group} has priority {priority}: it cannot take over{view}",
            remedy="look at the monitor failures in 'show chassis cluster status'",
        ),
        Check(
            name="monitor_failures",
            what="monitor failures in RG{group}",
            table="members",
            column="failures",
            expect=ZERO,
            good="RG{group} has no monitor failure",
            bad="RG{group} has monitor failures {failures_text}{view}",
            limit="none",
            remedy="'show chassis cluster information detail' tells what failed",
        ),
        Check(
            name="no_manual_flag",
            what="manual failover flag of RG{group}",
            table="members",
            column="manual",
            expect=NO,
            good="RG{group} has no manual failover flag",
            bad="RG{group} has the manual failover flag",
            limit="no",
            remedy=_RESET,
        ),
        Check(
            name="priority_as_configured",
            what="priority in RG{group}",
            table="members",
            column="priority",
            expect=NoneOf(values=(ISSU_PRIORITY,)),
            good="RG{group} has priority {priority}",
            limit="not 255",
            bad="RG{group} has priority 255, left by a manual failover or an ISSU",
            remedy=_RESET,
        ),
    )
