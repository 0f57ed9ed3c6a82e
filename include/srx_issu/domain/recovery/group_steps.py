"""The steps of a recovery that move redundancy groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.procedure.claims import leads, runs
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition


def fail_over(groups: tuple[int, ...], to: NodeName, release: str) -> PlannedAction:
    """Moves groups to the node with the older image: data plane first, RG0 last.

    A group whose manual flag is still set cannot be failed over again, so that is cleared before.
    """
    order = sorted(groups, key=lambda g: (g == 0, g))
    needs = (runs(to, release),)
    commands = [command for g in order for command in _move(g, to, needs, name=f"rg{g}")]
    return PlannedAction(
        name=ActionName.FAIL_OVER_TO_OLD_IMAGE,
        node=to,
        reason=f"{to} has the older image and must be primary of every group before its peer goes down",
        deadline="resync_s",
        commands=tuple(commands),
        done_when=(StateCondition(claim=StateClaim.PRIMARY_OF_ALL, node=to),),
    )


def bring_groups_back(homes: Mapping[int, NodeName], release: str) -> PlannedAction:
    """The data groups that the ISSU gathered on its node go where they were before it."""
    needs = tuple(runs(node, release) for node in NodeName)
    commands = [e for g, to in sorted(homes.items()) for e in _move(g, to, needs, name=f"rg{g}_back")]
    return PlannedAction(
        name=ActionName.BRING_GROUPS_BACK,
        reason=f"{_listed(homes)} served from there before the ISSU gathered every group on one node",
        deadline="resync_s",
        commands=tuple(commands),
        done_when=tuple(leads(node, group_id) for group_id, node in sorted(homes.items())),
    )


def _listed(homes: Mapping[int, NodeName]) -> str:
    return ", ".join(f"RG{group_id} on {node}" for group_id, node in sorted(homes.items()))


def _move(
    group_id: int, to: NodeName, needs: tuple[StateCondition, ...], *, name: str
) -> Iterator[PlannedCommand]:
    """A group whose manual flag is still set cannot be failed over again, so that is cleared before."""
    yield PlannedCommand(
        key=f"clear_{name}",
        order=CommandKind.RESET_FAILOVER,
        node=to,
        group_id=group_id,
        needs=needs,
        done_when=(StateCondition(claim=StateClaim.FLAGS_CLEAR, group_id=group_id),),
        is_unseen_ok=True,
        prepares=f"fail_over_{name}",
    )
    yield PlannedCommand(
        key=f"fail_over_{name}",
        order=CommandKind.FAIL_OVER,
        node=to,
        subject=to,
        group_id=group_id,
        needs=needs,
        waits_for=(StateCondition(claim=StateClaim.CAN_TAKE_OVER, node=to),),
        done_when=(leads(to, group_id),),
    )


def reset_failover(now: Snapshot, sent_to: NodeName) -> PlannedAction:
    """Every group gets its configured priorities back; those that have them are passed by."""
    commands = tuple(
        PlannedCommand(
            key=f"reset_rg{group_id}",
            order=CommandKind.RESET_FAILOVER,
            node=sent_to,
            group_id=group_id,
            is_unseen_ok=True,
            done_when=(StateCondition(claim=StateClaim.FLAGS_CLEAR, group_id=group_id),),
        )
        for group_id in now.group_ids
    )
    return PlannedAction(
        name=ActionName.RESET_FAILOVER,
        reason="the ISSU set priority 255 and the manual flag; both go",
        deadline="resync_s",
        commands=commands,
    )
