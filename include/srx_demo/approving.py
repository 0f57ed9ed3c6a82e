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
    _seen: dict[str, float] = field(default_factory=dict)
    _apis: dict[str, AirflowApi] = field(default_factory=dict)

    def look(self, run_id: str) -> None:
        """Answers what is asked now, once it could have been read."""
        if not self.users:
            return
        for question in self._upgrades(self.users[0]).questions(run_id):
            if self.now() - self._seen.setdefault(question.task_id, self.now()) < READING_S:
                continue
            number = _NUMBER.search(question.task_id)
            user = self.users[min(int(number[1]) if number else 1, len(self.users)) - 1]
            self.console.print(question.body, markup=False, highlight=False)
            try:
                answer = self._answer_to(question)
                self._upgrades(user).answer(run_id, question.task_id, answer)
            except (ApiFailed, LabFailed) as refused:
                self.console.print(f"{user}: {refused}", markup=False, highlight=False)
            else:
                self.console.print(f"{question.task_id}: {answer}, by {user}", highlight=False)
            self._seen[question.task_id] = self.now()  # asked anew when the answer was lost

    def _answer_to(self, question: PendingApproval) -> str:
        if self.hands is not None and self.hands.is_asked(question):
            return self.hands.work(question)
        return APPROVE

    def _upgrades(self, user: str) -> DagRuns:
        if user not in self._apis:
            self._apis[user] = self.log_in(user)
        return self._apis[user].of(self.dag_id)
