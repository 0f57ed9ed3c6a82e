"""Are there redundancy groups at all, and must they be brought to one node first?"""

from __future__ import annotations

from srx_issu.checks.check import YES, Check, InRange
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.checks.route_suites import ON_ONE_NODE
from srx_issu.domain.checking import Severity, WhenUnknown
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("groups", "groups_text", "consolidated", "consolidated_text", "carriers", "carriers_text")


def populate(subject: Subject, cells: Row, reasons: Reasons) -> None:
    """How many both nodes show; where neither shows one, the nodes' own words about it."""
    showing = [view.node for view in subject.snapshot.views if view.groups]
    reasons["groups"] = f"only {showing[0]} shows any" if showing else "neither node answers"
    if not subject.is_silent and len(showing) != 1:
        words = [f"{v.node}: {v.error}" for v in subject.snapshot.views if v.reachable and v.error]
        cells["groups"] = len(subject.snapshot.group_ids)
        cells["groups_text"] = f" ({'; '.join(words)})" if words else ""
    _consolidation(subject, cells, reasons)
    _carriers(subject, cells, reasons)


def _carriers(subject: Subject, cells: Row, reasons: Reasons) -> None:
    """How many nodes carry traffic, or could: are primary of a group."""
    snapshot = subject.snapshot
    primaries = {group_id: snapshot.primary(group_id) for group_id in snapshot.group_ids}
    reasons["carriers"] = "not every group has one primary"
    if primaries and None not in primaries.values():
        cells["carriers"] = len(set(primaries.values()))
        cells["carriers_text"] = ", ".join(f"RG{g} on {node}" for g, node in primaries.items())


def _consolidation(subject: Subject, cells: Row, reasons: Reasons) -> None:
    """Guide: up to Junos 11.4 all groups must be brought to one node by hand; from 12.1 Junos does it."""
    if not subject.support.consolidate_by_hand:
        cells["consolidated"], cells["consolidated_text"] = True, "Junos moves the groups itself"
        return
    snapshot = subject.snapshot
    primaries = {group_id: snapshot.primary(group_id) for group_id in snapshot.group_ids}
    if None in primaries.values() or not primaries:
        reasons["consolidated"] = "not every group has one primary"
        return
    cells["consolidated"] = len(set(primaries.values())) == 1
    cells["consolidated_text"] = ", ".join(f"RG{g} on {node}" for g, node in primaries.items())


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="groups_known",
            what="the redundancy groups",
            table="cluster",
            column="groups",
            expect=InRange(minimum=1),
            guide=True,
            good="has {groups} redundancy groups",
            bad="neither node shows a redundancy group{groups_text}",
            limit="at least 1",
            remedy="is chassis cluster enabled? 'show chassis cluster status'",
        ),
        Check(
            name="groups_together",
            what="where the groups are primary",
            table="cluster",
            column="consolidated",
            expect=YES,
            severity=Severity.INFO,
            good="{consolidated_text}",
            bad="{consolidated_text}: this release does not bring the groups to one node itself",
            limit="all groups on one node",
            remedy="the upgrade does it first, by manual failover",
        ),
        Check(
            name=ON_ONE_NODE,
            what="where the groups are primary",
            table="cluster",
            column="carriers",
            expect=InRange(minimum=1, maximum=1),
            when_unknown=WhenUnknown.BLOCK,
            good="{carriers_text}",
            bad="{carriers_text}: one node must carry everything before the other is taken out",
            limit="all groups on one node",
            remedy="move them by 'request chassis cluster failover' in a window of its own",
        ),
    )
