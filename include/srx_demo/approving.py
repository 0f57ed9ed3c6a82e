"""The demonstration's approvers: each answers a question of his own, as 'srx-issu approve RUN' does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rich.console import Console

from srx_demo.at_the_cables import AtTheCables
from srx_demo.lab import LabFailed
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed, PendingApproval
from srx_issu.cli.dag_runs import DagRuns
from srx_issu.domain.approvals.judge import APPROVE
from srx_issu.ports.dag_names import UPGRADE_DAG

USERS = ("approver", "admin")  # in the order of the gates; the operator asks for the upgrade
MOST = len(USERS)
_NUMBER = re.compile(r"_(\d+)$")  # of a gate in a row
READING_S = 5.0  # Airflow (3.3.2) loses an answer that comes before its scheduler saw the question being put


@dataclass(kw_only=True)
class Approvers:
    """``users`` in the order in which they answer; ``log_in`` gives the API of one of them."""

    users: tuple[str, ...]
    log_in: Callable[[str], AirflowApi]
    console: Console
    dag_id: str = UPGRADE_DAG
    hands: AtTheCables | None = None  # who does what only a person can do
    now: Callable[[], float] = time.monotonic
    _seen: dict[tuple[str, str], float] = field(default_factory=dict)  # by run and question
    _apis: dict[str, AirflowApi] = field(default_factory=dict)

    def look(self, run_id: str) -> None:
        """Answers what is asked now, once it could have been read."""
        if not self.users:
            return
        for question in self._upgrades(self.users[0]).questions(run_id):
            key = (run_id, question.task_id)
            if not self._is_mine(question) or self._read_for_s(key) < READING_S:
                continue
            number = _NUMBER.search(question.task_id)
            user = self.users[min(int(number[1]) if number else 1, len(self.users)) - 1]
            self.console.print(f"\n{question.subject}\n", style="bold", markup=False, highlight=False)
            self.console.print(question.body, markup=False, highlight=False)
            try:
                answer = self._answer_to(question)
                self._upgrades(user).answer(run_id, question.task_id, answer)
            except (ApiFailed, LabFailed) as refused:
                self.console.print(f"{user}: {refused}", markup=False, highlight=False)
            else:
                self.console.print(f"{question.task_id}: {answer}, by {user}", highlight=False)
            self._seen[key] = self.now()  # asked anew when the answer was lost

    def look_at_all(self) -> None:
        """The same for every run of the DAG that asks."""
        for run_id in self._upgrades(self.users[0]).asking() if self.users else ():
            self.look(run_id)

    def _is_mine(self, question: PendingApproval) -> bool:
        """What may go on after failures is left to a person."""
        by_hand = self.hands is not None and self.hands.is_asked(question)
        return by_hand or APPROVE in question.options

    def _read_for_s(self, key: tuple[str, str]) -> float:
        return self.now() - self._seen.setdefault(key, self.now())

    def _answer_to(self, question: PendingApproval) -> str:
        if self.hands is not None and self.hands.is_asked(question):
            return self.hands.work(question)
        return APPROVE

    def _upgrades(self, user: str) -> DagRuns:
        if user not in self._apis:
            self._apis[user] = self.log_in(user)
        return self._apis[user].of(self.dag_id)
