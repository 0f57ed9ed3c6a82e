"""After the waits, reached or not: what do both nodes show, and where does the upgrade go from here?"""

from __future__ import annotations

from enum import StrEnum

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.cluster.phase import Phase
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.failure.transcript import transcript_verdict
from srx_issu.domain.history.events import WayDecided
from srx_issu.domain.history.sending_rules import ASKS_NEXT_BOOT, BY_PLAN
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.history.upgrade_state import UpgradeState
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.found import NOT_KNOWN, nothing_to_recover
from srx_issu.domain.recovery.planner import PlanKind, RecoveryPlan
from srx_issu.domain.upgrade.goals import read_phase
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.steps.baseline import baseline
from srx_issu.steps.call_person import call_person
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.observe_patiently import look_patiently
from srx_issu.steps.recovery.stored_plan import Prognosis, name_failure, prognosis
from srx_issu.steps.routes.where_it_stands import presses, still_booting, still_installing
from srx_issu.steps.upgrade.answer_prompt import answer_listed_prompt
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.transcript import keep_transcript
from srx_issu.steps.waits.converge import NotYet
from srx_issu.steps.waits.go_on_watching import go_on_watching


class NextStage(StrEnum):
    """Where the run goes after the ISSU."""

    VERIFY = "verify"  # both nodes run the target and are in sync
    RECOVER = "recover"  # it stopped half way, and there is a plan that policy allows or asks about
    HOLD = "hold"  # it stopped half way, or the nodes do not tell: a person must look
    END = "end"  # nothing was started, or the node refused and nothing changed


def judge_outcome(context: UpgradeContext) -> NextStage | NotYet:
    """Looks at both nodes; what the waits thought does not count, only what is true now.

    NotYet while an ISSU is under way and not overdue: a wait that broke off is no reason to leave it to a
    person. A recovery that has begun goes on: what both nodes show between its steps is no outcome.
    """
    begun = context.known().start
    if begun is None:
        context.record(WayDecided(), "the ISSU was never asked for: nothing to verify")
        return NextStage.END
    if context.intent.route in BY_PLAN:
        return _of_a_route(context)
    if stage := _plain_case(context, begun):
        return stage
    found = prognosis(context, patient=False)
    if not_yet := _goes_on(context, found):
        return not_yet
    if found.diagnosis.failure is FailureClass.UNDER_WAY and _is_ours_to_watch(context):
        found = prognosis(context, overdue=True, patient=False)
    return _by_plan(context, found.plan)


def _of_a_route(context: UpgradeContext) -> NextStage | NotYet:
    """One that goes by a plan: nothing of it goes on by itself but installations and boots."""
    if context.known().is_recovery_begun:
        return _in_recovery(context)
    found = prognosis(context, patient=False)
    not_yet = still_installing(context, found.now, found.plan) or still_booting(context, found.diagnosis)
    if not_yet is not None:
        return not_yet
    if why := presses(context, found.diagnosis):
        call_person(context, why, f"{found.diagnosis.reason}. {FACTS[found.diagnosis.failure].words}")
    return _by_plan(context, found.plan)


def _by_plan(context: UpgradeContext, plan: RecoveryPlan) -> NextStage:
    if plan.kind is PlanKind.NOTHING:
        context.record(WayDecided(), f"verify: {plan.reason}")
        return NextStage.VERIFY
    if plan.actions and plan.permission is not Permission.NEVER:
        context.record(WayDecided(), f"recover ({plan.kind.replace('_', ' ')}): {plan.reason}")
        return NextStage.RECOVER
    context.record(WayDecided(), f"hold: {plan.reason}")
    return NextStage.HOLD


def _goes_on(context: UpgradeContext, found: Prognosis) -> NotYet | None:
    """An ISSU under way that is not overdue, or one that asks what policy lets be answered."""
    if not _is_ours_to_watch(context):
        return None
    if found.diagnosis.failure is FailureClass.PROMPT_UNANSWERED:
        return answer_listed_prompt(context)
    return go_on_watching(context, found.now) if found.diagnosis.failure is FailureClass.UNDER_WAY else None


def _is_ours_to_watch(context: UpgradeContext) -> bool:
    """An upgrade whose start has not decided against itself; a recovery waits for stillness instead."""
    return context.intent.purpose is Purpose.UPGRADE and context.known().conclusion is None


def _plain_case(context: UpgradeContext, begun: IssuStart) -> NextStage | None:
    """In recovery, complete, or as if nothing had been asked for; None when a diagnosis is needed."""
    so_far = context.known()
    if so_far.is_recovery_begun:
        return _in_recovery(context)
    before = baseline(so_far, context.evidence)
    now = look_patiently(context)
    unchanged = nothing_to_recover(now) if _is_as_before(before, now) else None
    may_hold = _may_hold_image(context, now)
    if context.intent.purpose is Purpose.RECOVER and unchanged and not may_hold:
        target = context.intent.image.release
        is_fine = target == NOT_KNOWN or same_release(now.node0.release or "", target)
        outcome = Outcome.ALREADY_CURRENT if is_fine else Outcome.ABORTED_CLEAN
        decide_outcome(context, outcome, f"nothing to recover: {unchanged}; nothing was sent")
        return NextStage.END
    intent = context.intent
    reading = read_phase(intent.route, before, now, begun.starter, intent.image.release)
    if reading.phase is Phase.COMPLETE:
        context.record(WayDecided(), f"verify: {reading.reason}")
        return NextStage.VERIFY
    if (
        unchanged
        and not may_hold
        and (refusal := _refusal(so_far, begun))
        and not _speaks_of_another(refusal)
    ):
        keep_transcript(context)
        failure = name_failure(context, now)
        decide_outcome(context, Outcome.ABORTED_CLEAN, f"{failure.label}: {refusal}; {reading.reason}")
        return NextStage.END
    return None


def _may_hold_image(context: UpgradeContext, now: Snapshot) -> bool:
    """Whether an image may have been left for a node's next boot; only some routes ask what that takes."""
    is_asked = context.intent.route in ASKS_NEXT_BOOT
    found = [view.next_boot for view in now.views]
    return any(is_asked if each is None else each.is_other for each in found)


def _in_recovery(context: UpgradeContext) -> NextStage:
    context.record(WayDecided(), "recover: the recovery has begun, and goes on by its plan")
    return NextStage.RECOVER


def _speaks_of_another(refusal: str) -> bool:
    """Refused because of an earlier ISSU, whose window may be open though no node shows it."""
    stopped = transcript_verdict(refusal)
    return stopped is not None and stopped.cause is FailureClass.STALE_IN_PROGRESS


def _is_as_before(before: Snapshot, now: Snapshot) -> bool:
    """Releases and groups; a group that the ISSU gathered on its node before it was refused must go home."""
    return all(
        same_release(before.view(view.node).release or "", view.release or "") for view in now.views
    ) and all(now.primary(group_id) is before.primary(group_id) for group_id in now.group_ids)


def _refusal(so_far: UpgradeState, begun: IssuStart) -> str | None:
    """The node's words when it refused the start; None when it did not, or nobody knows."""
    refusal = so_far.start_refusal
    return f"{begun.starter} refused the ISSU: {refusal}" if refusal is not None else None
