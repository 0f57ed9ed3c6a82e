"""Following a run to its end, and what the end is."""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Iterator

import pytest
from rich.console import Console

from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiUnreachable
from srx_issu.cli.main import summary
from srx_issu.cli.upgrade_follow import Followed, UpgradeFollower
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.dag_names import UPGRADE_DAG
from tests.integration.cli.fake_airflow import FakeAirflow, task


@pytest.fixture
def airflow() -> FakeAirflow:
    made = FakeAirflow()
    made.edges = {"claim": ["issu.start"], "issu.start": ["close"], "close": []}
    return made


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def follower(airflow: FakeAirflow, screen: io.StringIO) -> Iterator[UpgradeFollower]:
    with AirflowApi(airflow.login(), transport=airflow.transport) as api:
        runs, console = api.of(UPGRADE_DAG), Console(file=screen, width=120)
        yield UpgradeFollower(runs=runs, console=console, pause=lambda _: None)


def followed(follower: UpgradeFollower) -> Followed:
    return follower.follow("fw1__now")


def test_a_run_without_an_outcome_is_not_green_even_if_airflow_says_success(
    follower: UpgradeFollower,
) -> None:
    end = followed(follower).ending
    assert (end.outcome, end.is_green, end.exit_status) == (None, False, 1)


def test_an_outcome_we_do_not_know_is_not_green(airflow: FakeAirflow, follower: UpgradeFollower) -> None:
    airflow.outcome = {"outcome": "SPLENDID", "reason": "?"}
    assert not followed(follower).ending.is_green


def test_a_green_outcome_of_a_failed_run_is_not_green(
    airflow: FakeAirflow, follower: UpgradeFollower
) -> None:
    airflow.outcome, airflow.states = {"outcome": "UPGRADED", "reason": "."}, deque(["failed"])
    assert followed(follower).ending.exit_status == 1


def test_not_ready_gives_the_reason(airflow: FakeAirflow, follower: UpgradeFollower) -> None:
    airflow.states = deque(["failed"])
    airflow.outcome = {"outcome": "NOT_READY", "reason": "node1: /var/tmp has 1.2 GB free"}
    end = followed(follower).ending
    assert (end.outcome, end.reason) == (Outcome.NOT_READY, "node1: /var/tmp has 1.2 GB free")
    assert end.exit_status == 1


@pytest.mark.parametrize("outcome", ["UPGRADED", "UPGRADED_WITH_FINDINGS", "ALREADY_CURRENT", "PLANNED"])
def test_green_outcomes_exit_with_0(airflow: FakeAirflow, follower: UpgradeFollower, outcome: str) -> None:
    airflow.outcome = {"outcome": outcome, "reason": "."}
    assert followed(follower).ending.exit_status == 0


def test_says_each_change_once(airflow: FakeAirflow, follower: UpgradeFollower, screen: io.StringIO) -> None:
    airflow.states = deque(["running", "running", "success"])
    airflow.tasks = [
        task("claim", "success", "10:00:00", "10:00:02"),
        task("issu.start", "running", "10:00:03"),
    ]
    followed(follower)
    assert screen.getvalue().count("claim ") == 1
    assert "2 s" in screen.getvalue()


def test_says_what_a_person_must_do(
    airflow: FakeAirflow, follower: UpgradeFollower, screen: io.StringIO
) -> None:
    airflow.states = deque(["running", "success"])
    airflow.tasks = [task("issu.start", "awaiting_input", "10:00:03")]
    followed(follower)
    assert "srx-issu approve fw1__now" in screen.getvalue()


def test_a_restarting_api_server_does_not_end_it(airflow: FakeAirflow, follower: UpgradeFollower) -> None:
    airflow.silent, airflow.outcome = 3, {"outcome": "UPGRADED", "reason": "."}
    assert followed(follower).ending.is_green


def test_lasting_silence_ends_it(
    airflow: FakeAirflow, follower: UpgradeFollower, monkeypatch: pytest.MonkeyPatch
) -> None:
    airflow.silent = 1_000
    clock = iter(range(0, 10_000, 50))
    monkeypatch.setattr("time.monotonic", lambda: float(next(clock)))
    with pytest.raises(ApiUnreachable):
        followed(follower)


def test_what_breaks_the_stack_ends_it(airflow: FakeAirflow, follower: UpgradeFollower) -> None:
    def dead() -> None:
        raise RuntimeError("scheduler ended by itself")

    follower.each_look = dead
    with pytest.raises(RuntimeError, match="scheduler"):
        followed(follower)


def test_what_was_skipped_is_no_news(
    airflow: FakeAirflow, follower: UpgradeFollower, screen: io.StringIO
) -> None:
    airflow.states = deque(["failed"])
    airflow.tasks = [task("claim", "failed"), task("issu.start", "upstream_failed"), task("close", "skipped")]
    followed(follower)
    assert [line.split()[1:3] for line in screen.getvalue().splitlines()] == [["claim", "failed"]]


def test_a_refused_request_ends_with_the_words_of_its_claim(
    airflow: FakeAirflow, follower: UpgradeFollower
) -> None:
    airflow.states = deque(["failed"])
    airflow.claimed = {"outcome": "REFUSED", "reason": "fw1 is held by manual__1"}
    end = followed(follower).ending
    assert (end.outcome, end.reason, end.is_green) == ("REFUSED", "fw1 is held by manual__1", False)


def test_what_was_claimed_is_no_outcome(airflow: FakeAirflow, follower: UpgradeFollower) -> None:
    airflow.states = deque(["failed"])
    airflow.claimed = {"cluster": "fw1", "image": "junos.tgz", "release": "22.4R3"}
    assert followed(follower).ending.outcome is None


@pytest.mark.parametrize(
    ("report", "archive"),
    [
        (
            "http://127.0.0.1:1/srx-issu/upgrades/fw1__now/report",
            "/srx-issu/upgrades/fw1__now/jtac-evidence-2.tgz",
        ),
        ("/evidence/fw1__now/report.html", "/evidence/fw1__now/jtac-evidence-2.tgz"),
    ],
)
def test_the_evidence_for_juniper_is_shown_beside_the_report(
    airflow: FakeAirflow, follower: UpgradeFollower, report: str, archive: str
) -> None:
    kept = {"report": "fw1__now/report.html", "archive": "fw1__now/jtac-evidence-2.tgz"}
    airflow.states, airflow.outcome = deque(["failed"]), {"outcome": "ROLLED_BACK", "reason": ".", **kept}
    said = io.StringIO()
    summary(followed(follower), Console(file=said, width=200), report)
    assert f"{archive}\n" in said.getvalue()


def test_where_there_is_no_evidence_none_is_shown(airflow: FakeAirflow, follower: UpgradeFollower) -> None:
    airflow.outcome = {"outcome": "UPGRADED", "reason": ".", "report": "x/report.html"}
    said = io.StringIO()
    summary(followed(follower), Console(file=said, width=200), "x")
    assert "JTAC" not in said.getvalue()
