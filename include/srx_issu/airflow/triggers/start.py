"""A start by RPC: sent from the triggerer, whose watcher keeps the session until the node goes down.

Through the send gate like every other, in a thread. A triggerer that takes over from one that died finds the
intent in the journal and attaches to it, it never sends again; only the session is gone then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseTrigger, TriggerEvent

from srx_issu.airflow.composition.step_sessions import StartSession
from srx_issu.airflow.composition.upgrade import open_upgrade
from srx_issu.airflow.triggers.belonging import check_belonging
from srx_issu.airflow.watching.watcher import watcher_of_loop
from srx_issu.domain.errors import ConnectionUnusable, JournalAway, SrxIssuError
from srx_issu.steps.upgrade.start_issu import start_issu

FAILED = "failed"  # in an event: why the start must not be, or what the node said
AWAY_S = 10.0  # before the worker, which waits for what is away, takes the step again


class StartTrigger(BaseTrigger):
    """``upgrade_id`` is the run id, ``step`` the step's name, ``dag_id`` the DAG of the run."""

    def __init__(self, upgrade_id: str, step: str, dag_id: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.upgrade_id = upgrade_id
        self.step = step
        self.dag_id = dag_id

    def serialize(self) -> tuple[str, dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__qualname__}"
        return path, {"upgrade_id": self.upgrade_id, "step": self.step, "dag_id": self.dag_id}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        await check_belonging(self, self.upgrade_id)
        here, kept = watcher_of_loop(), list[tuple[StartSession, float]]()
        try:
            await asyncio.to_thread(self._start, kept)
            event: dict[str, str] = {}
        except (JournalAway, ConnectionUnusable) as away:
            self.log.warning("%s: %s; the step is taken again", self.step, away)
            await asyncio.sleep(AWAY_S)
            event = {}
        except SrxIssuError as error:
            event = {FAILED: str(error)}
        finally:
            for session, limit_s in kept:
                here.keep_until_down(session, limit_s)
        yield TriggerEvent(event)  # type: ignore[no-untyped-call]

    def _start(self, kept: list[tuple[StartSession, float]]) -> None:
        sessions: list[StartSession] = []
        try:
            with open_upgrade(
                self.upgrade_id, self.step, self.log, dag_id=self.dag_id, keep=sessions.append
            ) as context:
                limit_s = context.intent.policy.timers.worst_case_s
                start_issu(context)
        finally:
            kept.extend((session, limit_s) for session in sessions)
