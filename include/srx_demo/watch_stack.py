"""The part of a stack that watches: PostgreSQL and one triggerer, with the fleet's simulator beside it.

Nothing is scheduled or parsed here: what those cost is no part of watching, and ``make bench`` measures it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from srx_issu.stack.embedded.environment import Wiring
from srx_issu.stack.embedded.postgres import Postgres
from srx_issu.stack.embedded.stack import AIRFLOW_COMPONENTS, Stack, StackFailed

TRIGGERER = "triggerer"
_STATES = "SELECT state, count(*) FROM task_instance WHERE task_id = %s GROUP BY state"
_CARRIED = """
    SELECT t.triggerer_id, count(*) FROM trigger t JOIN task_instance i ON i.trigger_id = t.id
    WHERE i.task_id = %s AND i.state = 'deferred' AND t.triggerer_id IS NOT NULL GROUP BY t.triggerer_id
"""


@dataclass(frozen=True, kw_only=True)
class Waits:
    """The deferred waits as Airflow's database has them."""

    deferred: int
    ended: int  # succeeded, failed or handed back to the scheduler
    triggerers: dict[int, int]  # job id of a triggerer -> waits that it carries


class WatchStack(Stack):
    """Up when entered, without the triggerer."""

    def _start_airflow(self, wiring: Wiring, postgres: Postgres) -> None:  # noqa: ARG002
        self._migrate(postgres)
        self._airflow_url = postgres.uri("airflow", "")

    def start_triggerer(self) -> None:
        """As the embedded stack starts it."""
        self.supervisor.start(self._program(TRIGGERER, *AIRFLOW_COMPONENTS[TRIGGERER]))

    def kill_triggerer(self) -> None:
        """SIGKILL for both of its processes, as for a machine that is gone."""
        self.supervisor.kill(TRIGGERER)

    def check(self) -> None:
        """Raises ComponentDied when a process has ended that nobody killed: here none is started again."""
        self.supervisor.check()

    def run(self, name: str, words: Sequence[str]) -> None:
        """A program of ours to its end, in the stack's environment. Raises StackFailed with its words."""
        log = self.home.logs / f"{name}.log"
        with log.open("wb") as output:
            done = subprocess.run(
                [sys.executable, "-m", *words],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode != 0:
            raise StackFailed(f"{name} ended with status {done.returncode}:\n{log.read_text()[-4000:]}")

    def waits(self, task_id: str) -> Waits:
        with psycopg.connect(self._airflow_url) as connection:
            states = connection.execute(_STATES, [task_id]).fetchall()
            carried = connection.execute(_CARRIED, [task_id]).fetchall()
        counts = {str(state): int(count) for state, count in states}
        deferred = counts.pop("deferred", 0)
        return Waits(
            deferred=deferred,
            ended=sum(counts.values()),
            triggerers={int(job): int(count) for job, count in carried},
        )

    def connections_opened(self) -> dict[str, int]:
        """Database -> connections that were ever made to it."""
        with psycopg.connect(self._airflow_url) as connection:
            rows = connection.execute("SELECT datname, sessions FROM pg_stat_database").fetchall()
        return {str(name): int(sessions) for name, sessions in rows if name}
