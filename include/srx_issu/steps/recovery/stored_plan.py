"""What went wrong and what could be done about it: diagnosed from both nodes, kept as one plan.

The plan is made once and kept as evidence; every later step of the recovery reads that one.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.last_words import exit_status_of
from srx_issu.domain.failure.naming import Diagnosis, diagnose
from srx_issu.domain.failure.situation import Situation
from srx_issu.domain.history.recovery_events import FailureNamed, RecoveryPlanned
from srx_issu.domain.history.sending_rules import BY_PLAN
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.junos.job import exit_beside
from srx_issu.domain.recovery.descriptions import by_hand
from srx_issu.domain.recovery.planner import RecoveryPlan, recover
from srx_issu.domain.upgrade.goals import GOALS
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports import codec
from srx_issu.ports.journal import Evidence
from srx_issu.steps.baseline import course_of
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.observe_patiently import look_patiently
from srx_issu.steps.routes.icu import diagnose_icu_stop
from srx_issu.steps.routes.where_it_stands import diagnose_stop

_MOMENTARY = (Situation.BOTH_PRIMARY, Situation.UNREADABLE)


@dataclass(frozen=True, kw_only=True)
class Prognosis:
    """One look, what it means, and what would be done."""

    now: Snapshot
    diagnosis: Diagnosis
    plan: RecoveryPlan


def prognosis(context: UpgradeContext, *, overdue: bool | None = None, patient: bool = True) -> Prognosis:
    """Looks at both nodes and plans. ``overdue`` None: as the journal tells.

    ``patient``: a node that does not answer is asked again for a while. Two primaries may be seen for a
    moment while a group moves between the two looks, and an answer may lack a part: that is looked at twice.
    """
    found = _look(context, overdue, look_patiently(context) if patient else context.reader.observe())
    if found.diagnosis.situation in _MOMENTARY:
        context.clock.sleep(context.intent.policy.timers.poll_s)
        found = _look(context, overdue, context.reader.observe())
    return found


def _look(context: UpgradeContext, overdue: bool | None, now: Snapshot) -> Prognosis:
    if context.intent.route in BY_PLAN:
        of_route, way_back = diagnose_stop(context, now)
        return Prognosis(now=now, diagnosis=of_route, plan=way_back)
    so_far = context.known()
    if overdue is None:
        overdue = _is_overdue(context, so_far)
    if context.intent.route is Route.ICU:
        seen, of_icu, icu_plan = diagnose_icu_stop(context, now, overdue=overdue)
        return Prognosis(now=seen, diagnosis=of_icu, plan=icu_plan)
    course = course_of(so_far, context.evidence, context.intent)
    diagnosis = diagnose(
        course.before,
        now,
        course.starter,
        course.target,
        transcript=_transcript(context),
        overdue=overdue,
        exit_status=_exit_status(context),
    )
    plan = recover(now, course.before, context.intent, diagnosis, context.intent.policy.failures)
    return Prognosis(now=now, diagnosis=diagnosis, plan=plan)


def _is_overdue(context: UpgradeContext, so_far: UpgradeState) -> bool:
    """Nobody waits any more: a wait has failed, the last one is over, or the start was refused; for a
    recovery: nobody drives the ISSU."""
    if context.intent.purpose is Purpose.RECOVER:
        return so_far.nothing_moved is not None
    if so_far.start_refusal:
        return True
    # By the newest verdict of each: one that was written without an answer may have been followed by another.
    goals = GOALS[context.intent.route]
    verdicts = {goal: so_far.verdicts[goal] for goal in goals if goal in so_far.verdicts}
    return False in verdicts.values() or goals[-1] in verdicts


def _transcript(context: UpgradeContext) -> str | None:
    """All that the ISSU has said so far; None when it cannot be read. A refused start has no more words
    than its refusal."""
    so_far = context.known()
    begun = so_far.start
    if begun is None or begun.transcript_path is None or so_far.start_refusal:
        return so_far.start_refusal
    try:
        return context.reader.read_text(begun.starter, begun.transcript_path)
    except DeviceError:
        return None


def _exit_status(context: UpgradeContext) -> str | None:
    """Of the command of the ISSU; None while it has not returned. A file that cannot be read tells nothing,
    and of a refused start the refusal tells all."""
    so_far = context.known()
    begun = so_far.start
    if begun is None or begun.transcript_path is None or so_far.start_refusal:
        return None
    try:
        return exit_status_of(context.reader.read_text(begun.starter, exit_beside(begun.transcript_path)))
    except DeviceError:
        return None


def name_failure(context: UpgradeContext, now: Snapshot) -> FailureClass:
    """What a start was refused for that has changed nothing; kept in the journal."""
    diagnosis = _look(context, None, now).diagnosis
    # It has given up, if in words that nobody has seen yet.
    failure = FailureClass.UNKNOWN if diagnosis.failure is FailureClass.STUCK else diagnosis.failure
    context.record(FailureNamed(failure=failure), failure.label)
    return failure


def store_plan(context: UpgradeContext, found: Prognosis) -> None:
    """Writes plan and diagnosis as evidence; the newest one counts."""
    planned = RecoveryPlanned(
        plan=context.evidence.write(context.upgrade_id, "recovery-plan.json", codec.dumps(found.plan)),
        diagnosis=context.evidence.write(context.upgrade_id, "diagnosis.json", codec.dumps(found.diagnosis)),
        failure=found.plan.failure,
        plan_kind=found.plan.kind,
        permission=found.plan.permission,
        digest=digest_of(found.plan),
        steps="; ".join(by_hand(found.plan)),
    )
    context.record(planned, found.plan.reason)


def digest_of(plan: RecoveryPlan) -> str:
    """What a yes to this plan is bound to."""
    return hashlib.sha256(codec.canonical(plan).encode()).hexdigest()


def stored_plan(context: UpgradeContext) -> RecoveryPlan | None:
    """The plan that was made; None when there is none yet."""
    return plan_in(context.known(), context.evidence)


def plan_in(state: UpgradeState, evidence: Evidence) -> RecoveryPlan | None:
    """The same, from journal and evidence alone."""
    planned = state.plan
    return codec.loads(RecoveryPlan, evidence.read(planned.event.plan)) if planned else None


def stored_diagnosis(context: UpgradeContext) -> Diagnosis | None:
    """What the plan was made from."""
    planned = context.known().plan
    return codec.loads(Diagnosis, context.evidence.read(planned.event.diagnosis)) if planned else None
