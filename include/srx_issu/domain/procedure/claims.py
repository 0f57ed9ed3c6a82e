"""Conditions on one node, by name."""

from __future__ import annotations

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition


def answers(node: NodeName) -> StateCondition:
    return StateCondition(claim=StateClaim.ANSWERS, node=node)


def runs(node: NodeName, release: str) -> StateCondition:
    return StateCondition(claim=StateClaim.RUNS, node=node, release=release)


def primary_of_all(node: NodeName) -> StateCondition:
    return StateCondition(claim=StateClaim.PRIMARY_OF_ALL, node=node)


def leads(node: NodeName, group_id: int) -> StateCondition:
    return StateCondition(claim=StateClaim.PRIMARY_OF, node=node, group_id=group_id)


def window_closed(node: NodeName) -> StateCondition:
    return StateCondition(claim=StateClaim.WINDOW_CLOSED, node=node)


def pending(node: NodeName, release: str) -> StateCondition:
    return StateCondition(claim=StateClaim.PENDING, node=node, release=release)


def may_boot(node: NodeName, release: str) -> StateCondition:
    return StateCondition(claim=StateClaim.MAY_BOOT, node=node, release=release)


def has_pending(node: NodeName) -> StateCondition:
    return StateCondition(claim=StateClaim.HAS_PENDING, node=node)


def nothing_pending(node: NodeName) -> StateCondition:
    return StateCondition(claim=StateClaim.NOTHING_PENDING, node=node)


def command_ended(node: NodeName) -> StateCondition:
    return StateCondition(claim=StateClaim.COMMAND_ENDED, node=node)


def can_take_over(node: NodeName) -> StateCondition:
    return StateCondition(claim=StateClaim.CAN_TAKE_OVER, node=node)
