"""The stop rules while the two nodes are, or are being, taken apart (KB17947), whatever the plan says.

1. Never both nodes active: nothing that opens a node's network ports is sent unless the other node itself
   shows its own closed, or both show a joined cluster.
2. Two releases never hear each other: a node is given another release, rebooted or halted only while both
   nodes themselves show both links down. A link that comes up between them stops everything; a person is told
   at once which cable to pull.

What a node does not tell is waited for, and never taken for a yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.failure.situation import split_groups
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.procedure.action import Apart, CommandKind, PlannedCommand
from srx_issu.domain.procedure.apart_claims import links_of
from srx_issu.domain.procedure.claim import Judged, StateClaim, StateCondition
from srx_issu.domain.procedure.conditions import judge
from srx_issu.domain.procedure.objection import Objection, StopVerdict


def danger(apart: Apart, now: Snapshot) -> Objection | None:
    """What a person is told at once, and during which nothing is sent."""
    return _link_up(apart, now) or _both_active(apart, now)


def _link_up(apart: Apart, now: Snapshot) -> Objection | None:
    seen = {view.node: links_of(view).up for view in now.views}
    if not any(seen.values()) or not (apart.are_links_down or _releases_differ(now)):
        return None
    cables = dict.fromkeys(link for links in seen.values() for link in links)
    names = " and ".join(cables)
    who = " and ".join(node for node, links in seen.items() if links)
    runs = ", ".join(f"{view.node} runs {view.release or 'an unknown release'}" for view in now.views)
    verb = "show" if len([node for node, links in seen.items() if links]) > 1 else "shows"
    reason = (
        f"{who} {verb} the {names} link up while the nodes are apart ({runs}): pull every cable of the "
        f"{names} link at once; nothing is sent"
    )
    return Objection(verdict=StopVerdict.PAGE, reason=reason)


def _releases_differ(now: Snapshot) -> bool:
    old, new = now.node0.release, now.node1.release
    return now.both_reachable and old is not None and new is not None and not same_release(old, new)


def _both_active(apart: Apart, now: Snapshot) -> Objection | None:
    groups = split_groups(now)
    if not groups or not all(_some_up(apart, now, node) for node in NodeName):
        return None
    names = " and ".join(f"RG{group}" for group in groups)
    reason = (
        f"node0 and node1 both call themselves primary of {names}, and both show network ports up: they "
        "answer for the same addresses; take the ports of one of them down at its switch"
    )
    return Objection(verdict=StopVerdict.PAGE, reason=reason)


def _some_up(apart: Apart, now: Snapshot, node: NodeName) -> bool:
    links = links_of(now.view(node))
    return any(links.port_is_up(port) for port in apart.ports(node))


def objection_apart(command: PlannedCommand, now: Snapshot, apart: Apart) -> Objection | None:
    """Why the command must not be sent now; None = no rule speaks against it."""
    if at_once := danger(apart, now):
        return at_once
    match command.order:
        case CommandKind.COMMIT:
            return _to_commit(command, now, apart)
        case (
            CommandKind.ADD_SOFTWARE
            | CommandKind.TAKE_BACK_SOFTWARE
            | CommandKind.REBOOT_ALONE
            | CommandKind.HALT
        ):
            return _to_change_release(command, now, apart)
        case _:
            return _never(
                f"{command.key}: '{command.order}' is no part of a route that takes the nodes apart"
            )


def _to_commit(command: PlannedCommand, now: Snapshot, apart: Apart) -> Objection | None:
    """One that opens ports needs more than one that closes them."""
    opened = [node for node in NodeName if apart.opens(command.lines, node)]
    pending = StateCondition(claim=StateClaim.NO_COMMIT_PENDING, node=command.node)
    if against := _first(now, [pending], StopVerdict.WAIT):
        return against
    if not opened or _is_joined(now):
        return None
    if opened != [command.node]:
        return _never(
            f"{command.key}: opens ports of {' and '.join(opened)} from {command.node}, while apart"
        )
    peer = command.node.peer
    closed = StateCondition(claim=StateClaim.PORTS_DOWN, node=peer, ports=apart.ports(peer))
    return _first(now, [closed], StopVerdict.STOP)


def _is_joined(now: Snapshot) -> bool:
    joined = (judge(StateCondition(claim=StateClaim.LINKS_JOINED, node=node), now, {}) for node in NodeName)
    return all(each.holds for each in joined) and not split_groups(now)


def _to_change_release(command: PlannedCommand, now: Snapshot, apart: Apart) -> Objection | None:
    """Only on the node itself, which nothing may pass through, with both links seen down by both nodes."""
    node = command.node
    if command.subject is not node:
        return _never(f"{command.key}: is sent to {node} but concerns {command.subject}")
    wanted = [
        *(StateCondition(claim=StateClaim.LINKS_APART, node=each) for each in NodeName),
        StateCondition(claim=StateClaim.PORTS_DOWN, node=node, ports=apart.ports(node)),
        *(StateCondition(claim=StateClaim.NO_COMMIT_PENDING, node=each) for each in NodeName),
    ]
    return _first(now, wanted, StopVerdict.STOP)


def _first(now: Snapshot, wanted: Iterable[StateCondition], when_false: StopVerdict) -> Objection | None:
    """What is seen to be otherwise comes before what is not told."""
    judged = [judge(each, now, {}) for each in wanted]
    for verdict, found in ((when_false, _otherwise(judged)), (StopVerdict.WAIT, _not_told(judged))):
        if (first := next(found, None)) is not None:
            return Objection(verdict=verdict, reason=first.text)
    return None


def _otherwise(judged: list[Judged]) -> Iterator[Judged]:
    return (each for each in judged if each.holds is False)


def _not_told(judged: list[Judged]) -> Iterator[Judged]:
    return (each for each in judged if each.holds is None)


def _never(reason: str) -> Objection:
    return Objection(verdict=StopVerdict.STOP, reason=reason)
