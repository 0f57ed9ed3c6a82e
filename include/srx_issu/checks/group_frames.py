"""The tables of the redundancy groups: each member as each node sees it, and who claims to be primary."""

from __future__ import annotations

from srx_issu.checks.frames import Frame, Row, Subject
from srx_issu.domain.model import Member, NodeName, Snapshot


def members_frame(subject: Subject) -> Frame:
    """A row for each node in each group, as each node sees it: 4 rows a group."""
    columns = ("node", "about", "seen_by", "group", "state", "state_remedy", "priority", "manual", "view")
    frame = Frame("members", (*columns, "failures", "failures_text"))
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
                    failures = member.monitor_failures
                    cells |= {
                        "state": member.state.value,
                        "state_remedy": _STATE_REMEDIES.get(member.state.value, _STATE_REMEDY),
                        "priority": member.priority,
                        "manual": member.manual,
                        "failures": None if failures is None else len(failures),
                        "failures_text": " ".join(sorted(failures or ())),
                        "view": _view(snapshot, seen_by, member, group_id),
                    }
                    why = "not shown"
                frame.add(cells, dict.fromkeys(("state", "priority", "manual", "failures"), why))
    return frame


def _view(snapshot: Snapshot, seen_by: NodeName, member: Member, group_id: int) -> str:
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


def groups_frame(subject: Subject) -> Frame:
    """A row a redundancy group: how many nodes claim, of themselves, to be its primary."""
    frame = Frame("groups", ("node", "about", "group", "claims", "claims_text", "with_rg0", "primary_text"))
    snapshot = subject.snapshot
    for group_id in snapshot.group_ids:
        silent = [v.node.value for v in snapshot.views if v.own_state(group_id) is None]
        claims = sorted(snapshot.claims(group_id))
        cells: Row = {"about": f"RG{group_id}", "group": group_id}
        cells["claims_text"] = " and ".join(claims) or "no node"
        if not silent:
            cells["claims"] = len(claims)
        primary, rg0 = snapshot.primary(group_id), snapshot.primary(0)
        if primary and rg0:
            cells["with_rg0"], cells["primary_text"] = primary is rg0, primary.value
        why = f"{' and '.join(silent)} did not say" if silent else "no single primary"
        frame.add(cells, {"claims": why, "with_rg0": why})
    return frame
