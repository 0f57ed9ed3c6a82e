"""The demonstration's people: who answers what, when, and what is left to a person."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from rich.console import Console

from srx_demo.approving import READING_S, Approvers
from srx_issu.cli.airflow_replies import ApiFailed, PendingApproval


def question(task_id: str, *options: str) -> PendingApproval:
    return PendingApproval(task_id=task_id, subject="Start?", body="Traffic stops.", options=options)


@dataclass
class FakeRuns:
    """One DAG of an Airflow that asks; what is answered is asked no more, unless the answer is lost."""

    asked: dict[str, list[PendingApproval]]
    answers: list[tuple[str, str, str, str]] = field(default_factory=list)
    loses: int = 0
    refuses: bool = False

    def asking(self) -> frozenset[str]:
        return frozenset(run for run, questions in self.asked.items() if questions)

    def questions(self, run_id: str) -> tuple[PendingApproval, ...]:
        return tuple(self.asked[run_id])


@dataclass
class FakeLogin:
    """The API of one user."""

    user: str
    runs: FakeRuns

    def of(self, dag_id: str) -> FakeLogin:
        assert dag_id == "reboot_cluster"
        return self

    def asking(self) -> frozenset[str]:
        return self.runs.asking()

    def questions(self, run_id: str) -> tuple[PendingApproval, ...]:
        return self.runs.questions(run_id)

    def answer(self, run_id: str, task_id: str, option: str) -> None:
        if self.runs.refuses:
            raise ApiFailed("403")
        self.runs.answers.append((run_id, task_id, option, self.user))
        if self.runs.loses:
            self.runs.loses -= 1
            return
        self.runs.asked[run_id] = [q for q in self.runs.asked[run_id] if q.task_id != task_id]


@dataclass
class Clock:
    now_s: float = 0.0

    def __call__(self) -> float:
        return self.now_s


def people(runs: FakeRuns, clock: Clock, *users: str) -> Approvers:
    return Approvers(
        users=users,
        log_in=lambda user: FakeLogin(user, runs),  # type: ignore[arg-type,return-value]
        console=Console(quiet=True),
        dag_id="reboot_cluster",
        now=clock,
    )


def look_until(approvers: Approvers, clock: Clock, end_s: float) -> None:
    while clock.now_s <= end_s:
        approvers.look_at_all()
        clock.now_s += 1.0


@pytest.mark.parametrize(
    ("task_id", "user"),
    [
        ("approval.approve_start", "ada"),
        ("approval.approve_start_2", "bob"),
        ("approval.approve_start_3", "bob"),
        ("approve_plan", "ada"),
        ("wave_1.approve", "ada"),
        ("wave_2.approve_again", "ada"),
    ],
)
def test_each_gate_in_a_row_has_its_person(task_id: str, user: str) -> None:
    runs, clock = FakeRuns({"r": [question(task_id, "Approve", "Reject")]}), Clock()
    look_until(people(runs, clock, "ada", "bob"), clock, READING_S)
    assert runs.answers == [("r", task_id, "Approve", user)]


def test_a_question_of_each_run_is_read_before_it_is_answered() -> None:
    """Also where the same gate of another run was answered before."""
    runs, clock = FakeRuns({"one": [question("approve_start", "Approve")], "two": []}), Clock()
    approvers = people(runs, clock, "ada")
    look_until(approvers, clock, READING_S)
    runs.asked["two"] = [question("approve_start", "Approve")]
    began = clock.now_s
    look_until(approvers, clock, began + READING_S - 1.0)
    assert [run for run, *_ in runs.answers] == ["one"]
    look_until(approvers, clock, began + READING_S)
    assert [run for run, *_ in runs.answers] == ["one", "two"]


def test_an_answer_that_was_lost_is_given_again() -> None:
    runs, clock = FakeRuns({"r": [question("approve_start", "Approve")]}, loses=1), Clock()
    look_until(people(runs, clock, "ada"), clock, 3 * READING_S)
    assert len(runs.answers) == 2


def test_a_hold_is_left_to_a_person_and_nobody_answers_where_nobody_is_to() -> None:
    hold = FakeRuns({"r": [question("wave_1.hold", "Promote", "Retry the failed", "Abort")]})
    look_until(people(hold, clock := Clock(), "ada"), clock, 20.0)
    start = FakeRuns({"r": [question("approve_start", "Approve")]})
    look_until(people(start, clock := Clock()), clock, 20.0)
    assert (hold.answers, start.answers) == ([], [])


def test_who_may_not_answer_does_not_end_the_demonstration() -> None:
    runs, clock = FakeRuns({"r": [question("approve_start", "Approve")]}, refuses=True), Clock()
    look_until(people(runs, clock, "ada"), clock, 20.0)
    assert runs.answers == []
