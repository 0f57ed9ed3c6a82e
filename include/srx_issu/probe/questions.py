"""What a probe asks: exactly the questions that an upgrade asks. A new one is among them by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.question import Question
from srx_issu.adapters.devices.state.catalogue import TABLE_QUESTIONS
from srx_issu.adapters.devices.state.table_question import Scope, TableQuestion
from srx_issu.domain.cluster.model import NodeName


@dataclass(frozen=True, kw_only=True)
class LookQuestion:
    """A question of each look: the field of NodeView that it fills, and what is asked in its place where a
    release does not have it."""

    field: str
    question: Question
    older: Question | None = None
    is_optional: bool = False  # older releases do not have it, and nothing needs it then


LOOK_QUESTIONS = (
    LookQuestion(field="release", question=questions.SOFTWARE),
    LookQuestion(field="booted_at", question=questions.UPTIME),
    LookQuestion(field="groups", question=questions.STATUS),
    LookQuestion(field="cold_sync", question=questions.COLD_SYNC, older=questions.INFORMATION),
    LookQuestion(field="issu", question=questions.ISSU, is_optional=True),
)
"""In the order of the interview; a test holds them to it."""


def tables_asked_of(asked: NodeName, primary: NodeName | None) -> Iterable[TableQuestion]:
    """Both nodes are asked for both: after a switchover it is the other that answers. Routing is asked of the
    RG0 primary alone: it runs nowhere else."""
    return (each for each in TABLE_QUESTIONS if each.scope is not Scope.PRIMARY or asked is primary)


def told_about(wanted: TableQuestion, asked: NodeName) -> tuple[NodeName, ...]:
    """Whose answers are in the reply of ``asked``."""
    return tuple(NodeName) if wanted.scope is Scope.BOTH else (asked,)
