"""Claims about nodes that are taken apart, each by the word of one node and of nobody else.

A node that has lost its peer says nothing of its peer: what must be seen from both nodes is two conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from srx_issu.domain.cluster.model import GroupState, NodeView, Snapshot
from srx_issu.domain.cluster.node_links import NodeLinks
from srx_issu.domain.procedure.claim import Judged, StateClaim, StateCondition, node_of

_MUTE = NodeLinks()


def links_of(view: NodeView) -> NodeLinks:
    """Nothing at all where the node does not answer, or was not asked."""
    return view.links if view.reachable and view.links is not None else _MUTE


def _links_apart(condition: StateCondition, now: Snapshot) -> Judged:
    node = node_of(condition)
    links = links_of(now.view(node))
    if links.are_apart is None:
        return Judged(holds=None, text=f"{node} does not tell whether control and fabric link are down")
    if links.are_apart:
        return Judged(holds=True, text=f"{node} shows control and fabric link down")
    return Judged(holds=False, text=f"{node} shows the {_names(links)} up")


def _links_joined(condition: StateCondition, now: Snapshot) -> Judged:
    node = node_of(condition)
    links = links_of(now.view(node))
    if None in (links.control, links.fabric):
        return Judged(holds=None, text=f"{node} does not tell whether control and fabric link are up")
    if links.control and links.fabric:
        return Judged(holds=True, text=f"{node} shows control and fabric link up")
    down = "fabric link" if links.control else "control link" if links.fabric else "control and fabric link"
    return Judged(holds=False, text=f"{node} shows the {down} down")


def _ports(condition: StateCondition, now: Snapshot, wanted: str) -> Judged:
    node = node_of(condition)
    if not condition.ports:
        raise ValueError(f"{condition.claim} of {node} names no port")
    links = links_of(now.view(node))
    shown = {port: links.port_is_up(port) for port in condition.ports}
    if wrong := [port for port, is_up in shown.items() if is_up is (wanted != "up")]:
        other = "down" if wanted == "up" else "up"
        return Judged(holds=False, text=f"{node} shows {_listed(wrong)} {other}, expected {wanted}")
    if unknown := [port for port, is_up in shown.items() if is_up is None]:
        return Judged(holds=None, text=f"{node} does not tell whether {_listed(unknown)} is {wanted}")
    return Judged(holds=True, text=f"{node} shows {_listed(condition.ports)} {wanted}")


def _alone(condition: StateCondition, now: Snapshot) -> Judged:
    view = now.view(node_of(condition))
    if not view.reachable or not view.groups:
        return Judged(holds=None, text=f"{view.node} does not show its redundancy groups")
    for group in view.groups:
        own, peer = group.member(view.node), group.member(view.node.peer)
        if own is None or own.state is not GroupState.PRIMARY:
            state = own.state if own else "not shown"
            return Judged(
                holds=False, text=f"{view.node} is {state} in RG{group.group_id}, expected primary, alone"
            )
        if peer is not None and peer.state is not GroupState.LOST:
            return Judged(
                holds=False,
                text=f"{view.node} still hears {view.node.peer}, {peer.state} in RG{group.group_id}",
            )
    return Judged(holds=True, text=f"{view.node} is primary of every group, alone")


def _in_force(condition: StateCondition, now: Snapshot) -> Judged:
    node = node_of(condition)
    if not condition.lines:
        raise ValueError(f"{condition.claim} of {node} names no line")
    links = links_of(now.view(node))
    shown = {line: links.shows(line) for line in condition.lines}
    if missing := [line for line, is_there in shown.items() if is_there is False]:
        return Judged(holds=False, text=f"{node}: '{missing[0]}' is not in force")
    if None in shown.values():
        return Judged(holds=None, text=f"{node} does not show its configuration")
    return Judged(holds=True, text=f"{node} shows all {len(shown)} lines in force")


def _no_commit_pending(condition: StateCondition, now: Snapshot) -> Judged:
    node = node_of(condition)
    pending = links_of(now.view(node)).is_commit_pending
    if pending is None:
        return Judged(holds=None, text=f"{node} does not tell whether a commit waits for its confirmation")
    text = "a commit waits for its confirmation" if pending else "no commit waits for a confirmation"
    return Judged(holds=not pending, text=f"{node}: {text}")


def _names(links: NodeLinks) -> str:
    return f"{' and '.join(links.up)} link"


def _listed(ports: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(ports) - 3} more" if len(ports) > 3 else ""
    return f"{', '.join(ports[:3])}{more}"


JUDGES_APART: Mapping[StateClaim, Callable[[StateCondition, Snapshot], Judged]] = {
    StateClaim.LINKS_APART: _links_apart,
    StateClaim.LINKS_JOINED: _links_joined,
    StateClaim.PORTS_DOWN: lambda condition, now: _ports(condition, now, "down"),
    StateClaim.PORTS_UP: lambda condition, now: _ports(condition, now, "up"),
    StateClaim.ALONE: _alone,
    StateClaim.IN_FORCE: _in_force,
    StateClaim.NO_COMMIT_PENDING: _no_commit_pending,
}
