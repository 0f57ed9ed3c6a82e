"""Whether the cluster itself is in a state to be upgraded, by every view of it that there is.

Both nodes are asked over both wires: four views of the same facts. The worst one counts, and where they
disagree nothing is told. All preconditions of an ISSU are the readiness checks' to judge, not these few.
"""

from __future__ import annotations

from collections.abc import Iterator

from srx_issu.domain.cluster.model import GroupMember, NodeView, RedundancyGroup
from srx_issu.domain.plural import many
from srx_issu.probe.exchange import KeptAnswers
from srx_issu.probe.reading import views_of
from srx_issu.probe.trial import Trial, bad, good, unknown

NAME = "cluster state"


def state_shown(answers: KeptAnswers) -> Trial:
    """One for the cluster: its groups, cold sync and releases."""
    views = views_of(answers)
    if silent := [place for place, view in views.items() if not view.groups or view.release is None]:
        return unknown(NAME, None, f"not told by {', '.join(silent)}")
    if len(facts := {_facts(view) for view in views.values()}) > 1:
        places = ", ".join(views)
        return unknown(NAME, None, f"the {len(facts)} views of {places} differ: ask again, or look by hand")
    wrong = tuple(dict.fromkeys(each for view in views.values() for each in _wrong(view)))
    releases = sorted({view.release or "" for view in views.values()})
    if len(releases) > 1:
        wrong = (*wrong, f"the nodes run {' and '.join(releases)}")
    if wrong:
        return bad(NAME, None, "; ".join(wrong))
    groups = many(len(next(iter(views.values())).groups), "group")
    return good(NAME, None, f"{groups} settled, cold sync complete, both nodes on {releases[0]}")


def _facts(view: NodeView) -> tuple[tuple[int, str, str, int | None], ...]:
    return tuple(
        (group.group_id, member.node.value, member.state.value, member.priority)
        for group in view.groups
        for member in group.members
    )


def _wrong(view: NodeView) -> Iterator[str]:
    for group in view.groups:
        if len(group.members) < 2:
            yield f"RG{group.group_id} shows one node only"
        for member in group.members:
            yield from _wrong_member(group, member)
    if view.cold_sync is None or view.cold_sync.is_complete is None:
        yield f"{view.node}: whether cold sync is complete is not known"
    elif not view.cold_sync.is_complete:
        yield f"{view.node}: cold sync is not complete"


def _wrong_member(group: RedundancyGroup, member: GroupMember) -> Iterator[str]:
    place = f"RG{group.group_id} on {member.node}"
    if not member.is_settled:
        yield f"{place} is {member.state}"
    if member.priority is None:
        yield f"{place} shows no priority"
    elif member.priority == 0:
        yield f"{place} has priority 0: it cannot take over"
    if member.manual:
        yield f"{place} has the manual failover flag"
