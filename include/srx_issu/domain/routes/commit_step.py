"""One commit of a route, with what it needs and what shows its end."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.procedure.conditions import StateCondition

Conditions = tuple[StateCondition, ...]


@dataclass(frozen=True, kw_only=True)
class CommitStep:
    """``on``: the nodes that must show its lines, which are both while they are joined."""

    name: ActionName
    node: NodeName
    lines: tuple[str, ...]
    reason: str
    purpose: SendPurpose
    on: tuple[NodeName, ...]
    links_down: bool
    needs: Conditions = ()
    waits_for: Conditions = ()
    done_when: Conditions = ()
    deadline: str = "commit_s"
