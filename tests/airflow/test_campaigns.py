"""Campaigns on the real scheduler: holds, retries, aborts, approvals, and what never starts."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
import yaml

from srx_issu.cli.airflow_api import ApiFailed
from srx_issu.cli.campaign import start_campaign
from srx_issu.cli.campaign_api import DAG_PREFIX, ORDER_DAG, STOP_VARIABLE, CampaignApi
from tests.airflow.running_stack import RunningStack

pytestmark = pytest.mark.stack

T = TypeVar("T")
DEADLINE_S = 420.0


@dataclass
class Campaigns:
    """Writes campaign files for a running stack, starts them, and waits for what they do."""

    stack: RunningStack
    api: CampaignApi

    def write(self, name: str, clusters: list[str], **more: Any) -> None:
        content = {
            "target": {"SRX4600": self.stack.image},
            "select": {"clusters": clusters},
            "waves": ["rest"],
            "budget": {"total": "0"},
            "gates": {"plan": "false"},
            **more,
        }
        path = self.stack.files / "campaigns" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(content))
        self.until(lambda: name in self.api.campaign_names(), f"DAG of campaign {name}")

    def start(self, name: str) -> str:
        return start_campaign(self.api, name)

    def states(self, run_id: str) -> dict[str, str | None]:
        """Task, or task and cluster, -> state."""
        tasks = self.api.mapped_tasks(self.dag(run_id), run_id)
        return {f"{t.task_id} {t.label}" if t.label else t.task_id: t.state for t in tasks}

    def wait(self, run_id: str, key: str, *states: str) -> str:
        def reached() -> str | None:
            state = self.states(run_id).get(key)
            return state if state in states else None

        return self.until(reached, f"{key} in {states}", lambda: self.states(run_id))

    def end(self, run_id: str) -> dict[str, Any]:
        """Outcome and reason as task close said them."""
        self.until(lambda: self.api.dag_run(self.dag(run_id), run_id).is_over, f"end of {run_id}")
        return dict(self.api.dag_xcom(self.dag(run_id), run_id, "close") or {})

    def answer(self, run_id: str, task_id: str, option: str) -> None:
        self.wait(run_id, task_id, "awaiting_input")
        self.api.answer_dag(self.dag(run_id), run_id, task_id, option)

    def order(self, run_id: str, order: str) -> None:
        conf = {"campaign": run_id, "order": order, "reason": "as the test says"}
        self.api.trigger_dag(ORDER_DAG, f"{order}__{run_id}", conf)

    def until(self, look: Callable[[], T | None], what: str, seen: Callable[[], object] = str) -> T:
        deadline = time.monotonic() + DEADLINE_S
        while True:
            self.stack.stack.check()
            try:
                if found := look():
                    return found
            except ApiFailed:
                pass  # a DAG that is not there yet
            assert time.monotonic() < deadline, f"no {what}: {seen()}"
            time.sleep(1.0)

    @staticmethod
    def dag(run_id: str) -> str:
        return f"{DAG_PREFIX}{run_id.partition('__')[0]}"


@pytest.fixture
def campaigns(stack: RunningStack) -> Iterator[Campaigns]:
    with CampaignApi(stack.scenery.login(stack.stack.url)) as api:
        yield Campaigns(stack=stack, api=api)


def test_over_the_budget_nothing_new_starts_and_a_retry_starts_only_what_is_left(
    campaigns: Campaigns, stack: RunningStack
) -> None:
    """Given two clusters without space, one at a time. When the first one's failure exceeds the budget. Then
    the other is not started, and a person's retry starts both, each under a run of its own."""
    pair = [stack.take_cluster(), stack.take_cluster()]
    for name in pair:
        stack.lab.inject("var_tmp_full_on_both", name)
    campaigns.write("retried", pair)
    run_id = campaigns.start("retried")

    campaigns.wait(run_id, "wave_1.hold", "awaiting_input")
    states = campaigns.states(run_id)
    assert sorted(str(states[f"wave_1.upgrade {name}"]) for name in pair) == ["failed", "skipped"]
    assert [stack.issu_starts(name) for name in pair] == [0, 0]

    for name in pair:
        stack.lab.clear(name)
    campaigns.answer(run_id, "wave_1.hold", "Retry the failed")
    end = campaigns.end(run_id)
    assert (end["outcome"], end["reason"]) == ("COMPLETED", "2 UPGRADED")
    assert [stack.issu_starts(name) for name in pair] == [1, 1]


def test_an_abort_lets_what_runs_end_and_starts_nothing_new(
    campaigns: Campaigns, stack: RunningStack
) -> None:
    pair = [stack.take_cluster(), stack.take_cluster()]
    campaigns.write("aborted", pair)
    run_id = campaigns.start("aborted")
    campaigns.until(lambda: sum(stack.issu_starts(name) for name in pair), "start of one of them")

    campaigns.order(run_id, "abort")
    end = campaigns.end(run_id)
    assert end["outcome"] == "ABORTED"
    assert end["reason"].endswith("1 NOT_STARTED, 1 UPGRADED")
    assert sorted(stack.issu_starts(name) for name in pair) == [0, 1]


def test_a_plan_that_is_refused_or_passed_by_without_an_answer_starts_nothing(
    campaigns: Campaigns, stack: RunningStack
) -> None:
    name = stack.take_cluster()
    campaigns.write("refused", [name], gates={"plan": "true"})
    run_id = campaigns.start("refused")
    campaigns.answer(run_id, "approve_plan", "Reject")
    end = campaigns.end(run_id)
    assert (end["outcome"], stack.issu_starts(name)) == ("REFUSED", 0)

    time.sleep(1.1)  # run ids have seconds
    again = campaigns.start("refused")
    campaigns.wait(again, "approve_plan", "awaiting_input")
    path = f"/dags/{campaigns.dag(again)}/dagRuns/{again}/taskInstances/approve_plan"
    campaigns.api._request("PATCH", path, json={"new_state": "success"})
    end = campaigns.end(again)
    assert (end["outcome"], stack.issu_starts(name)) == ("REFUSED", 0)
    assert campaigns.states(again)["confirm_plan"] == "failed"


def test_a_plan_that_changed_while_it_was_asked_for_stops(campaigns: Campaigns, stack: RunningStack) -> None:
    name = stack.take_cluster()
    campaigns.write("changed", [name], gates={"plan": "true"})
    run_id = campaigns.start("changed")
    campaigns.wait(run_id, "approve_plan", "awaiting_input")
    campaigns.write("changed", [name], gates={"plan": "true"}, in_flight={"campaign": "2"})
    campaigns.answer(run_id, "approve_plan", "Approve")
    end = campaigns.end(run_id)
    assert (end["outcome"], stack.issu_starts(name)) == ("REFUSED", 0)


def test_nothing_starts_while_the_fleet_is_stopped(campaigns: Campaigns, stack: RunningStack) -> None:
    name = stack.take_cluster()
    stop = json.dumps({"by": "eve", "at": "now", "why": "incident"})
    campaigns.api.set_variable(STOP_VARIABLE, stop, "test")
    try:
        by_hand = stack.upgrade(name)
        assert str(by_hand.outcome) == "REFUSED"
        assert "stopped by eve" in by_hand.reason
        campaigns.write("stopped", [name])
        run_id = campaigns.start("stopped")
        campaigns.until(
            lambda: "deferred" in str(campaigns.states(run_id).get(f"wave_1.upgrade {name}")), "its wait"
        )
        assert stack.issu_starts(name) == 0
    finally:
        campaigns.api.delete_variable(STOP_VARIABLE)
    end = campaigns.end(run_id)
    assert (end["outcome"], stack.issu_starts(name)) == ("COMPLETED", 1)


def test_a_bad_file_says_its_faults_and_hides_nobody(campaigns: Campaigns, stack: RunningStack) -> None:
    path = stack.files / "campaigns" / "bad.yaml"
    path.write_text("target: {SRX4600: x}\nselect: {site: [a]}\n")
    try:
        campaigns.write("good", ["*"])
        assert {"good", "bad"} <= set(campaigns.api.campaign_names())
        detail = campaigns.api._get(f"/dags/{DAG_PREFIX}bad/details")
        assert "bad.yaml:2: unknown key 'site' in select" in detail["doc_md"]
    finally:
        path.unlink()
