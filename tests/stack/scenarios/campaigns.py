"""What a scenario does with campaigns on a running stack: write, start, answer, order, wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import yaml

from srx_demo import referee
from srx_issu.campaign.naming import DAG_PREFIX, STAGING_PREFIX
from srx_issu.cli.airflow_api import AirflowApi
from srx_issu.cli.airflow_replies import ApiFailed
from srx_issu.cli.campaign_run import stage_images, start_campaign
from srx_issu.ports.dag_names import CAMPAIGN_ORDER_DAG, UPGRADE_DAG
from tests.stack.airflow.asking import may_be_answered
from tests.stack.scenarios.campaign_stack import CampaignStack

T = TypeVar("T")
DEADLINE_S = 900.0  # of one wait, on a machine that has much else to do; two minutes are usual


@dataclass(kw_only=True)
class Campaigns:
    """For one scenario, with clusters of its own."""

    stack: CampaignStack
    api: AirflowApi
    clusters: list[str]

    def write(self, name: str, clusters: list[str], **more: Any) -> None:
        """Without gates and fail-back, one wave, one at a time, no failures allowed; ``more`` overrides."""
        content = {
            "target": {"SRX4600": self.stack.scenery.image.release},
            "select": {"clusters": clusters},
            "waves": ["rest"],
            "budget": {"total": "0"},
            "gates": {"plan": False},
            "fail_back": False,
            **more,
        }
        path = self.stack.files / "campaigns" / f"{name}.yaml"
        part = path.with_suffix(".part")  # nobody may read half a file
        part.write_text(yaml.safe_dump(content))
        part.rename(path)

    def remove(self, name: str) -> None:
        (self.stack.files / "campaigns" / f"{name}.yaml").unlink()

    def start(self, name: str) -> str:
        """As soon as Airflow has its DAG."""
        self.until(lambda: not self.api.of(f"{DAG_PREFIX}{name}").is_paused(), f"DAG of campaign {name}")
        return start_campaign(self.api, name)

    def begin(self, name: str, clusters: list[str], **more: Any) -> str:
        self.write(name, clusters, **more)
        return self.start(name)

    def stage(self, name: str) -> str:
        """The state in which the staging ended."""
        stagings = self.api.of(f"{STAGING_PREFIX}{name}")
        self.until(lambda: not stagings.is_paused(), f"DAG {stagings.dag_id}")
        run_id = stage_images(self.api, name)
        self.until(lambda: stagings.run(run_id).is_over, f"end of {run_id}")
        return stagings.run(run_id).state

    def uploads(self) -> list[referee.Event]:
        """Copies of the image on the scenario's clusters."""
        found = referee.uploads(self.stack.lab.events(), self.stack.scenery.image.path.name)
        return [copy for copy in found if copy["cluster"] in self.clusters]

    def states(self, run_id: str) -> dict[str, str | None]:
        """Task, or task and cluster, -> state."""
        tasks = self.api.of(dag_of(run_id)).tasks(run_id)
        return {f"{t.task_id} {t.label}" if t.label else t.task_id: t.state for t in tasks}

    def wait(self, run_id: str, key: str, *states: str) -> str:
        def reached() -> str | None:
            state = self.states(run_id).get(key)
            return state if state in states else None

        return self.until(reached, f"{key} in {states}", lambda: self.states(run_id))

    def end(self, run_id: str) -> tuple[str, str]:
        """Outcome and reason as the task close said them."""
        self.until(lambda: self.api.of(dag_of(run_id)).run(run_id).is_over, f"end of {run_id}",
                   lambda: self.states(run_id))  # fmt: skip
        said = self.api.of(dag_of(run_id)).xcom(run_id, "close") or {}
        return str(said.get("outcome")), str(said.get("reason"))

    def answer(self, run_id: str, task_id: str, option: str) -> None:
        def is_asked() -> bool:
            tasks = self.api.of(dag_of(run_id)).tasks(run_id)
            asking = [t for t in tasks if t.task_id == task_id and t.state == "awaiting_input"]
            return any(may_be_answered(self.stack.stack, run_id, task) for task in asking)

        self.until(is_asked, f"question {task_id}", lambda: self.states(run_id))
        self.api.of(dag_of(run_id)).answer(run_id, task_id, option)

    def question(self, run_id: str, task_id: str) -> str:
        """What is asked, in whole."""
        self.wait(run_id, task_id, "awaiting_input")
        (found,) = [q for q in self.api.of(dag_of(run_id)).questions(run_id) if q.task_id == task_id]
        return f"{found.subject}\n{found.body}"

    def order(self, run_id: str, order: str) -> None:
        """Until it is written down."""
        given = f"{order}__{run_id}"
        conf = {"campaign": run_id, "order": order, "reason": "as the test says"}
        orders = self.api.of(CAMPAIGN_ORDER_DAG)
        orders.trigger(given, conf)
        self.until(lambda: orders.run(given).state == "success", f"order {order}")

    def mark_success(self, run_id: str, task_id: str) -> None:
        """As somebody does in the UI who may edit task states."""
        self.api.session.request("PATCH", f"{task_path(run_id)}/{task_id}", json={"new_state": "success"})

    def clear(self, run_id: str, *task_ids: str) -> None:
        """With everything behind them, whatever their states; none named = the whole run."""
        body = {
            "dry_run": False, "dag_run_id": run_id, "only_failed": False, "reset_dag_runs": True,
            **({"task_ids": list(task_ids), "include_downstream": True} if task_ids else {}),
        }  # fmt: skip
        self.api.session.request("POST", f"/dags/{dag_of(run_id)}/clearTaskInstances", json=body)

    def is_waiting_for_its_turn(self, run_id: str, cluster: str, task: str = "wave_1.upgrade") -> bool:
        """Deferred, and without a run of its own."""
        return self.states(run_id).get(f"{task} {cluster}") == "deferred" and not self.has_run(
            run_id, cluster
        )

    def has_run(self, run_id: str, cluster: str) -> bool:
        return any(run.run_id.startswith(f"{run_id}__{cluster}") for run in self.api.of(UPGRADE_DAG).newest())

    def upgrade_by_hand(self, cluster: str) -> tuple[str, str]:
        """Starts ``issu_cluster`` without a campaign; outcome and reason."""
        run_id = f"by-hand__{cluster}__{time.time():.0f}"
        conf = {"cluster": cluster, "image": self.stack.scenery.image.release, "approval": False}
        upgrades = self.api.of(UPGRADE_DAG)
        upgrades.trigger(run_id, conf)
        self.until(lambda: upgrades.run(run_id).is_over, f"end of {run_id}")
        ends = ("close", "claim")  # a refused request ends at its claim
        said = next(filter(None, (upgrades.xcom(run_id, task) for task in ends)), {})
        return str(said.get("outcome")), str(said.get("reason"))

    def report_page(self, run_id: str) -> str:
        """The tab of the run's page in Airflow."""
        answer = self.api.session.ask_plugin(
            "GET", f"/srx-issu/runs/{dag_of(run_id)}/{quote(run_id, safe='')}"
        )
        assert answer.status_code == 200, answer.text
        return answer.text

    def starts(self) -> list[int]:
        """ISSUs that began on each of the scenario's clusters, by the simulator's log."""
        return [self.stack.starts(name) for name in self.clusters]

    def started_and_not(self) -> tuple[list[str], list[str]]:
        """The scenario's clusters by whether an ISSU began; nobody promises which comes first."""
        starts = dict(zip(self.clusters, self.starts(), strict=True))
        return [name for name, n in starts.items() if n], [name for name, n in starts.items() if not n]

    def break_it(self, cluster: str) -> None:
        """No space for the image: NOT_READY, and nothing is sent."""
        self.stack.lab.inject("var_tmp_full_on_both", cluster)

    def until(self, look: Callable[[], T | None], what: str, seen: Callable[[], object] = str) -> T:
        deadline = time.monotonic() + DEADLINE_S
        while True:
            self.stack.stack.check()
            try:
                if found := look():
                    return found
            except ApiFailed:
                pass  # a DAG or a run that is not there yet, a server that is late
            assert time.monotonic() < deadline, f"no {what}: {seen()}"
            time.sleep(4.0)


def dag_of(run_id: str) -> str:
    return f"{DAG_PREFIX}{run_id.partition('__')[0]}"


def task_path(run_id: str) -> str:
    return f"/dags/{dag_of(run_id)}/dagRuns/{quote(run_id, safe='')}/taskInstances"
