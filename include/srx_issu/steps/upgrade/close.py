"""Close: the outcome into the journal, the lease back, and the truth into the run's colour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from srx_issu.domain.history.command_events import CommandSent, CommandUnanswered, Sending
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.state_parts import Conclusion
from srx_issu.domain.history.step_events import StepFailed, WaitEnded
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import JTAC_ARCHIVE, Journal, Leases
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.leases import give_back
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.undo_commit import left_to_undo

STAYS_CLAIMED = (Outcome.NEEDS_OPERATOR,)
NEVER_STARTED = (Outcome.REFUSED, Outcome.NOT_READY, Outcome.PLANNED)
TODO = "what-to-do"  # part of the name of the evidence
ELSE_TODO = (
    "Look at both nodes ('show chassis cluster status', 'show version') and at the report of this upgrade; "
    "docs/runbook.md has every failure."
)


def close(context: UpgradeContext, failed_tasks: Sequence[str]) -> Facts:
    """``failed_tasks`` are the tasks of this run that failed, oldest first. Returns outcome and reason.

    An upgrade that is closed keeps its outcome, whatever a cleared task has decided since.
    """
    ended = _closed(context) or settle(context, failed_tasks)
    end_upgrade(context.intent, context.journal, context.leases, context.clock.now(), ended)
    kept = ended.outcome in STAYS_CLAIMED
    if kept:
        context.log.warning("%s stays claimed until a person releases it", context.intent.cluster.name)
    context.log.info("%s: %s: %s", context.intent.cluster.name, ended.outcome, ended.reason)
    todo: Facts = {"what_to_do": what_to_do(context)} if kept else {}
    archives = [name for name in context.evidence.names(context.upgrade_id) if JTAC_ARCHIVE in name]
    kept_for_jtac: Facts = {"archive": archives[-1]} if archives else {}
    return {"outcome": ended.outcome.value, "reason": ended.reason, **todo, **kept_for_jtac}


def end_upgrade(intent: Intent, journal: Journal, leases: Leases, at: datetime, ended: Conclusion) -> None:
    """The outcome into the journal, and what it held given back: not the cluster where a person must act."""
    journal.close_upgrade(intent.upgrade_id, ended.outcome, ended.reason, at)
    give_back(intent, leases, keep_cluster=ended.outcome in STAYS_CLAIMED)


def is_closed(context: UpgradeContext) -> bool:
    return _closed(context) is not None


def _closed(context: UpgradeContext) -> Conclusion | None:
    record = context.journal.upgrade(context.upgrade_id)
    if record is None or record.outcome is None:
        return None
    return Conclusion(outcome=record.outcome, reason=record.reason or "closed before")


def settle(context: UpgradeContext, failed_tasks: Sequence[str]) -> Conclusion:
    """The outcome, written into the journal where no step had decided on it. Safe to call twice."""
    entries = context.journal.entries(context.upgrade_id)
    ended = conclude(entries, failed_tasks)
    if ended != known(entries).conclusion:
        decide_outcome(context, ended.outcome, ended.reason)
    return ended


def conclude(entries: Sequence[Entry], failed_tasks: Sequence[str]) -> Conclusion:
    """The outcome the steps decided on; where none did, what the journal proves. Doubt is NEEDS_OPERATOR."""
    so_far = known(entries)
    failed_tasks = _without_answered(entries, failed_tasks)
    decided = so_far.conclusion
    failure = _failure(entries, failed_tasks)
    started = so_far.start is not None
    may_run = started and so_far.start_refusal is None
    if decided and decided.outcome in NEVER_STARTED and may_run:
        reason = f"{decided.reason}; but the ISSU had been asked for before: look at both nodes"
        return Conclusion(outcome=Outcome.NEEDS_OPERATOR, reason=reason)
    if decided and not (decided.outcome.is_success and failed_tasks):
        return decided
    if decided and started and decided.outcome in (Outcome.UPGRADED, Outcome.UPGRADED_WITH_FINDINGS):
        # the cluster is verified; only paperwork failed, which is said once, however often this is asked
        is_named = failure in decided.reason
        reason = decided.reason if is_named else f"{decided.reason}; but {failure}"
        return Conclusion(outcome=Outcome.UPGRADED_WITH_FINDINGS, reason=reason)
    if started:
        return Conclusion(outcome=Outcome.NEEDS_OPERATOR, reason=f"{failure}; the ISSU had been asked for")
    if decided:
        return decided
    return Conclusion(outcome=Outcome.NOT_READY, reason=f"{failure}; the ISSU was not started")


def _without_answered(entries: Sequence[Entry], failed_tasks: Sequence[str]) -> Sequence[str]:
    """Without a wait that ended at a question of the ISSU which was answered then."""
    answers = [at for at, entry in enumerate(entries) if _is_answer(entry)]
    before = entries[: answers[-1]] if answers else ()
    ended = {e.step for e in before if isinstance(e.event, WaitEnded) and not e.event.reached}
    return [task for task in failed_tasks if task not in ended]


def _is_answer(entry: Entry) -> bool:
    return isinstance(entry.event, CommandSent | CommandUnanswered) and entry.event.sending is Sending.ANSWER


def what_to_do(context: UpgradeContext) -> str:
    """For the person who must act: what the step that gave up has written down, and the way to the end."""
    written = [name for name in context.evidence.names(context.upgrade_id) if TODO in name]
    advice = context.evidence.read(written[-1]).decode("utf-8", "replace").strip() if written else ELSE_TODO
    advice = "\n\n".join(filter(None, (advice, left_to_undo(context.known()))))
    release = f"srx-issu release {context.intent.cluster.name} --reason '...'"
    return advice if release in advice else f"{advice}\n\nWhen the cluster is in order: {release}"


def _failure(entries: Sequence[Entry], failed_tasks: Sequence[str]) -> str:
    """The first failed task with its newest reason from the journal; else any step's, else its name."""
    failed = [entry for entry in entries if entry.kind is EntryKind.STEP_FAILED]
    newest = {e.event.task if isinstance(e.event, StepFailed) else e.step: e for e in failed}
    for task in failed_tasks:
        if task in newest:
            return f"{newest[task].step} failed: {newest[task].text}"
    if failed:
        return f"{failed[0].step} failed: {failed[0].text}"
    if failed_tasks:
        return (
            f"{failed_tasks[0]} ended without a word of its own: Airflow ended its process, or took it for "
            "killed; the scheduler's log says why"
        )
    return "the run ended before a step decided on an outcome"
