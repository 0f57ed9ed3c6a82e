"""The composition root for workers: one UpgradeContext, with the real adapters, for one step."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.identity import check_belongs
from srx_issu.airflow.composition.later import later
from srx_issu.airflow.composition.paging import NoticePager
from srx_issu.airflow.composition.seal import seal
from srx_issu.airflow.composition.step_sessions import StartSession, StepSessions
from srx_issu.airflow.composition.stop import stopped
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.domain.errors import JournalAway, JournalError
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.step_events import StepFailed
from srx_issu.domain.history.upgrade_state import known
from srx_issu.ports.dag_names import RECOVERY_DAG, dag_of
from srx_issu.steps.baseline import intent_of
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.late_journal import write_patiently
from srx_issu.steps.leases import renew_all
from srx_issu.steps.observe_patiently import LoginRequired
from srx_issu.steps.outage import LIMIT_S, Outage, wait_out


def is_open(upgrade_id: str, dag_id: str) -> bool:
    """Whether this upgrade was ever claimed by a run of that DAG."""
    journal = open_stores().journal
    return journal.upgrade(upgrade_id) is not None and dag_of(journal.intent(upgrade_id)) == dag_id


def is_running(upgrade_id: str, dag_id: str) -> bool:
    """Whether it is claimed and not closed; True also when the journal cannot say."""
    try:
        record = open_stores().journal.upgrade(upgrade_id) if is_open(upgrade_id, dag_id) else None
    except JournalAway:
        return True
    return record is not None and record.closed_at is None


def is_under_way(upgrade_id: str, dag_id: str) -> bool:
    """Whether it is running and something was, or may have been, sent by it or by whoever it goes on from;
    True also when the journal cannot say."""
    if not is_running(upgrade_id, dag_id):
        return False
    try:
        so_far = known(open_stores().journal.entries(upgrade_id))
    except JournalAway:
        return True
    return dag_id == RECOVERY_DAG or so_far.start is not None or bool(so_far.gathered_groups)


def note_failure(upgrade_id: str, step: str, text: str, log: Any, *, dag_id: str, failed: StepFailed) -> None:
    """Writes that a step gave up, waiting for a journal that is away.

    Never raises: the failure itself is what counts, and the log has it. Nothing is written into the journal
    of another DAG's upgrade.
    """
    entry = entry_of(failed, text, at=SystemClock().now(), step=step)
    outage = Outage(clock=SystemClock(), log=log)

    def is_ours() -> bool:
        return is_open(upgrade_id, dag_id)

    try:
        if wait_out(is_ours, outage, limit_s=LIMIT_S):
            write_patiently(open_stores().journal, upgrade_id, entry, outage)
    except JournalError:
        log.exception("the journal does not say that %s failed: %s", step, text)


@contextmanager
def open_upgrade(
    upgrade_id: str,
    step: str,
    log: Any,
    *,
    dag_id: str,
    keep: Callable[[StartSession], None] | None = None,
) -> Iterator[UpgradeContext]:
    """Everything comes from the journal; no file of the operator's is read. The account of the nodes is read
    when they are first asked (ConnectionUnusable: the step's border waits for it). Sessions open when they
    are first used and close at the end; those of the writer are given to ``keep``, where there is one. Renews
    the lease, which also proves that the cluster is still ours.

    Raises JournalError, LeaseHeld when the cluster is not ours any more, and RequestRefused when the upgrade
    of this run id belongs to another DAG than ``dag_id``.
    """
    stores = open_stores()
    intent = intent_of(stores.journal, upgrade_id)
    check_belongs(intent, dag_id)
    has_started = known(stores.journal.entries(upgrade_id)).start is not None
    with ExitStack() as stack:
        nodes = StepSessions(intent=intent, stack=stack, keep=keep)
        reader = later(lambda: nodes.reader)
        upgrade_context = UpgradeContext(
            intent=intent,
            step=step,
            reader=LoginRequired(reader=reader) if has_started else reader,
            writer=later(lambda: nodes.writer),
            files=nodes.files,
            show_session=nodes.show_session,
            collect=nodes.collect,
            journal=stores.journal,
            leases=stores.leases,
            evidence=stores.evidence,
            past=stores.past,
            seal=seal,
            clock=SystemClock(),
            stopped=stopped,
            log=log if log is not None else logging.getLogger(__name__),
            pager=NoticePager(intent=intent),
            bundle=nodes.bundle,
            keeps_sessions=keep is not None,
        )
        _renew(upgrade_context)
        yield upgrade_context


def _renew(upgrade_context: UpgradeContext) -> None:
    """An upgrade that was closed, or that never got its leases, may still be looked at and closed."""
    record = upgrade_context.journal.upgrade(upgrade_context.upgrade_id)
    if upgrade_context.known().claimed and record is not None and record.closed_at is None:
        lease_s = upgrade_context.intent.policy.timers.lease_s
        renew_all(upgrade_context.intent, upgrade_context.leases, lease_s)
