"""What Airflow's REST API answers, as values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from srx_issu.ports.dag_names import UPGRADE_DAG

_APPROVALS = re.compile(r"\bApprovals: (\d+ of \d+)\b")  # in a question's body, steps/approval/gate.py


class ApiFailed(Exception):
    """Airflow did not do what was asked; the message is for the operator."""


class ApiUnreachable(ApiFailed):
    """Nobody answered, or not in time: nothing is known of what was asked."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run of the DAG. ``state`` is Airflow's word: queued, running, success, failed."""

    run_id: str
    state: str
    dag_id: str = UPGRADE_DAG
    conf: Mapping[str, Any] = field(default_factory=dict)
    started: datetime | None = None
    ended: datetime | None = None

    @property
    def is_over(self) -> bool:
        return self.state in ("success", "failed")

    @property
    def cluster(self) -> str:
        return str(self.conf.get("cluster", "?"))


@dataclass(frozen=True, kw_only=True)
class Task:
    """One task of a run, or one cluster of a mapped one: ``label`` is its name then. ``state`` is Airflow's
    word, None before the scheduler has looked at it; ``uid`` is the current try's own id, which the worker
    that runs it has in its process title; ``trigger`` is the id of what a deferred task waits for."""

    task_id: str
    state: str | None
    map_index: int = -1  # -1 = not mapped
    label: str | None = None
    uid: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    tries: int = 0
    trigger: int | None = None


@dataclass(frozen=True, kw_only=True)
class PendingApproval:
    """What a task in ``awaiting_input`` asks."""

    task_id: str
    subject: str
    body: str
    options: tuple[str, ...]

    @property
    def approvals(self) -> str | None:
        """How many approvals there are of how many: ``1 of 2``. None where the question does not say."""
        found = _APPROVALS.search(self.body)
        return found[1] if found else None


# Airflow writes a question down before its task waits for the answer. One that comes in between is kept, but
# read only when the question expires (Airflow 3.3.2, PATCH of hitlDetails).
_WAITING = ("awaiting_input", "deferred")


def is_asked(detail: Mapping[str, Any]) -> bool:
    """Whether a question may be answered already."""
    return detail["task_instance"].get("state", _WAITING[0]) in _WAITING


@dataclass(frozen=True, kw_only=True)
class UnattendedCluster:
    """A cluster that an upgrade holds while no run looks after it; ``command`` takes it over."""

    cluster: str
    upgrade_id: str
    opened: datetime
    command: str


def refusal(answer: httpx.Response) -> str:
    """Airflow's own words, whether it said them in a string or in a list of faults."""
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        return answer.text[:300]
    if isinstance(detail, list):
        return "; ".join(
            str(each.get("msg", each)) if isinstance(each, dict) else str(each) for each in detail
        )
    said = str(detail.get("message") or detail) if isinstance(detail, dict) else str(detail)
    return said.partition("\n\n")[0]  # jsonschema repeats itself at length behind the first sentence


def run_of(found: Mapping[str, Any]) -> Run:
    return Run(
        run_id=str(found["dag_run_id"]),
        state=str(found["state"]),
        dag_id=str(found.get("dag_id") or UPGRADE_DAG),
        conf=found.get("conf") or {},
        started=_moment(found.get("start_date")),
        ended=_moment(found.get("end_date")),
    )


def pushed(value: Any) -> Any:
    """What a trigger pushed when it ended its task comes as JSON text (Airflow 3.3.2), all else as it is."""
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def pending_approval(found: Mapping[str, Any]) -> PendingApproval:
    return PendingApproval(
        task_id=str(found["task_instance"]["task_id"]),
        subject=str(found["subject"]),
        body=str(found.get("body") or ""),
        options=tuple(found["options"]),
    )


def task_of(found: Mapping[str, Any]) -> Task:
    map_index = int(found.get("map_index", -1))
    return Task(
        task_id=str(found["task_id"]),
        state=found.get("state"),
        map_index=map_index,
        label=found.get("rendered_map_index") if map_index >= 0 else None,
        uid=str(found.get("id") or ""),
        started=_moment(found.get("start_date")),
        ended=_moment(found.get("end_date")),
        tries=int(found.get("try_number") or 0),
        trigger=(found.get("trigger") or {}).get("id"),
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
