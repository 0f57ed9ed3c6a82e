"""What the gates of an upgrade have asked so far."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from srx_issu.domain.approvals.digest import changes
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from srx_issu.domain.history.state_parts import Said
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.steps.approval.facts import InForce
from srx_issu.steps.approval.gate_task import Gate


def was_cleared(so_far: UpgradeState, gate: Gate) -> bool:
    """Whether somebody has cleared this gate since it put its newest question."""
    put = put_by(so_far, gate.name)
    before = put[-1].clearings if put else None
    return before is not None and gate.clearings > before


def without_answers(so_far: UpgradeState, gate: str) -> UpgradeState:
    """What is known but for the answers to one gate."""

    def is_answer_to_it(said: Said) -> bool:
        return isinstance(said.event, AnswerGiven) and said.event.question.gate == gate

    return replace(so_far, talk=[said for said in so_far.talk if not is_answer_to_it(said)])


def put_by(so_far: UpgradeState, gate: str) -> tuple[QuestionAsked, ...]:
    """The questions that one gate put, in all its tries."""
    asked = (said.event for said in so_far.talk if isinstance(said.event, QuestionAsked))
    return tuple(one for one in asked if one.question.gate == gate)


def is_done(so_far: UpgradeState, gate: str) -> bool:
    """Whether a gate's newest question was answered or given up; else somebody marked it by hand."""
    about = [said.event for said in so_far.talk if said.event.question.gate == gate]
    return bool(about) and not isinstance(about[-1], QuestionAsked)


def changed_since(so_far: UpgradeState, purpose: str, question: InForce) -> tuple[str, ...]:
    """What is different from the last question with another digest, in words; empty when there was none."""
    asked = (said.event for said in so_far.talk if isinstance(said.event, QuestionAsked))
    earlier = [
        one for one in asked if one.question.purpose == purpose and one.question.digest != question.digest
    ]
    return changes(earlier[-1].parts, question.parts) if earlier else ()


def lost_reasons(so_far: UpgradeState, purpose: str) -> Iterator[str | None]:
    """For ``lost_lines``."""
    for said in so_far.talk:
        match said.event:
            case AnswerGiven():
                yield None
            case QuestionGivenUp(question=question, lost=str(reason)) if question.purpose == purpose:
                yield reason
            case _:
                pass
