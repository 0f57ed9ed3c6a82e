"""What a phase's wait ends by itself, without a worker, and what it leaves to one. No stack."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.triggers.base import TaskSuccessEvent, TriggerEvent

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.dags.routes import ONLY_WAIT
from srx_issu.airflow.operators.route_sensor import RouteSensor
from srx_issu.airflow.triggers.route_wait import RouteWaitTrigger
from srx_issu.airflow.watching import recovery, route_wait
from srx_issu.domain.cluster.model import NextBoot, Snapshot
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.route_events import RoutePlanned, RouteStepPassed
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.routes.dual_reboot import dual_reboot_plan
from srx_issu.domain.routes.plan import RoutePhase
from srx_issu.domain.upgrade.intent import Intent, Timers
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports import codec
from srx_issu.steps.routes.stored_plan import digest_of
from tests.fakes.intents import POLICY, intent
from tests.fakes.memory import MemoryEvidence, MemoryJournal
from tests.fakes.snapshots import N0, N1, NEW, OLD, after_reboot, both, silent, snapshot, view

NOTHING = NextBoot(is_other=False)
BACK = snapshot(after_reboot(view(N0, NEW)), after_reboot(view(N1, NEW)))
PLAN = dual_reboot_plan(both(next_boot=NOTHING), intent(route=Route.DUAL_REBOOT))


class Cluster:
    """Both nodes as they show themselves, one look after the other; the last for ever."""

    def __init__(self, *looks: Snapshot) -> None:
        self.looks = list(looks)

    async def observe(self) -> Snapshot:
        found = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return replace(found, taken_at=SystemClock().now())

    async def close(self) -> None:
        return None


class Here:
    """The triggerer's stores and its watcher, with an upgrade that has rebooted ``rebooted``."""

    def __init__(self, cluster: Cluster, *, boot_s: float = 900.0, is_rebooted: bool = True) -> None:
        timers = Timers(poll_s=0, boot_s=boot_s)
        self.intent: Intent = intent(route=Route.DUAL_REBOOT, policy=replace(POLICY, timers=timers))
        self.journal, evidence = MemoryJournal(SystemClock()), MemoryEvidence()
        self.journal.open_upgrade(self.intent, SystemClock().now())
        self.leases = SimpleNamespace(renew=self._renew)
        self.stores = SimpleNamespace(journal=self.journal, evidence=evidence)
        self.cluster = cluster
        planned = RoutePlanned(
            route=PLAN.route,
            starter=PLAN.starter,
            plan=evidence.write(self.intent.upgrade_id, "route-plan.json", codec.dumps(PLAN)),
            digest=digest_of(PLAN),
        )
        self._write(planned)
        if is_rebooted:
            for node in (N1, N0):
                self._write(self._reboot(node))

    @staticmethod
    async def _renew(_: object) -> None:
        return None

    def subscribe(self, _: Intent, __: Any) -> Cluster:
        return self.cluster

    def passed(self) -> list[ActionName]:
        found = (each.event for each in self.journal.entries(self.intent.upgrade_id))
        return [event.action for event in found if isinstance(event, RouteStepPassed)]

    def _reboot(self, node: Any) -> CommandIntended:
        return CommandIntended(
            sending=Sending.REBOOT,
            node=node,
            command="request system reboot",
            permit_id=f"permit-{node}",
            purpose=SendPurpose.COMPLETE,
            route_command=f"reboot_{node}",
            key=f"route.reboot_{node}.1",
            booted_at=both().view(node).booted_at,
        )

    def _write(self, event: Any) -> None:
        at = SystemClock().now() - timedelta(seconds=40)
        self.journal.record(self.intent.upgrade_id, entry_of(event, "", at=at, step="both"))


def event_of(here: Here, phase: RoutePhase, monkeypatch: pytest.MonkeyPatch) -> TriggerEvent:
    for module in (recovery, route_wait):
        monkeypatch.setattr(module, "watcher_of_loop", lambda: here)
    trigger = RouteWaitTrigger(here.intent.upgrade_id, phase.value, f"both.{phase}")
    return asyncio.run(anext(trigger.run()))


def test_it_ends_without_a_worker_once_both_nodes_show_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(Cluster(snapshot(silent(N0), silent(N1)), BACK))
    event = event_of(here, RoutePhase.NODES_BACK, monkeypatch)
    assert isinstance(event, TaskSuccessEvent)
    assert here.passed() == [ActionName.WAIT_FOR_BOTH_NODES]
    assert here.journal.entries(here.intent.upgrade_id)[-1].step == "both.wait_for_both_nodes"


def test_it_ends_at_once_where_the_journal_has_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    here = Here(Cluster(BACK))
    assert isinstance(event_of(here, RoutePhase.IN_SYNC, monkeypatch), TaskSuccessEvent)
    here.cluster.looks = []  # nobody looks any more
    assert isinstance(event_of(here, RoutePhase.IN_SYNC, monkeypatch), TaskSuccessEvent)
    assert here.passed() == [ActionName.WAIT_FOR_COLD_SYNC]


@pytest.mark.parametrize(
    ("look", "boot_s", "is_overdue"),
    [
        (snapshot(silent(N0), silent(N1)), -1.0, True),
        (snapshot(silent(N0), after_reboot(view(N1, OLD))), 900.0, False),  # back on the old release: a stop
        (snapshot(view(N0, OLD), silent(N1)), 900.0, False),  # the primary has not rebooted: asked again
    ],
)
def test_what_is_overdue_stops_or_must_be_sent_is_a_workers(
    look: Snapshot, boot_s: float, is_overdue: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Here(Cluster(look), boot_s=boot_s)
    event = event_of(here, RoutePhase.NODES_BACK, monkeypatch)
    assert event.payload == {"action": "wait_for_both_nodes", "overdue": is_overdue}
    assert here.passed() == []


def test_where_nothing_was_sent_a_worker_says_why_there_is_nothing_to_wait_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = event_of(Here(Cluster(BACK), is_rebooted=False), RoutePhase.NODES_BACK, monkeypatch)
    assert event.payload == {"action": "wait_for_both_nodes", "overdue": False}


@pytest.mark.parametrize("phase", sorted(ONLY_WAIT))
def test_a_phase_that_only_waits_begins_in_the_triggerer(phase: RoutePhase) -> None:
    args = RouteSensor(task_id=phase, phase=phase).start_trigger_args
    assert args is not None
    assert args.trigger_cls == f"{RouteWaitTrigger.__module__}.{RouteWaitTrigger.__qualname__}"
    kwargs = args.trigger_kwargs or {}
    assert RouteWaitTrigger(**kwargs).serialize()[1] == {**kwargs, "is_resumed": False}
