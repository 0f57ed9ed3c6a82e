"""A wait belongs to the upgrade of its own DAG, and may not touch another's of the same run id."""

from __future__ import annotations

from airflow.triggers.base import BaseTrigger

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.identity import check_belongs, check_owns
from srx_issu.airflow.watching.watcher import watcher_of_loop
from srx_issu.steps.outage import Outage, wait_out_in_loop


async def check_belonging(trigger: BaseTrigger, upgrade_id: str) -> None:
    """Waits for a journal that is away. Raises RequestRefused when the upgrade is another DAG's; a trigger
    without a task belongs to nobody's run and is not asked."""
    instance = trigger.task_instance
    if instance is None:
        return
    dag_id, here = check_owns(instance.dag_id), watcher_of_loop()

    def check() -> None:
        check_belongs(here.stores.journal.intent(upgrade_id), dag_id)

    await wait_out_in_loop(check, Outage(clock=SystemClock(), log=trigger.log))
