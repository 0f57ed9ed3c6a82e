"""The task groups of the routes beside ISSU; ``upgrade`` has the stages that all of them share.

Where a route goes by a plan of actions, each phase of it is a task; its steps in the journal, the log and the
report are the plan's actions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.sdk import TaskGroup, chain

from srx_issu.airflow.dags.tasks import JOIN, run, sends, wait_for
from srx_issu.airflow.dags.upgrade import Stage
from srx_issu.airflow.operators.recovery import RouteOperator
from srx_issu.airflow.operators.route_sensor import RouteSensor
from srx_issu.domain.history.command_events import Sending
from srx_issu.domain.routes.plan import RoutePhase
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.upgrade.start_issu import start_issu
from srx_issu.steps.upgrade.trace_cluster import trace_cluster

_DUAL_REBOOT = (RoutePhase.INSTALL, RoutePhase.REBOOT, RoutePhase.NODES_BACK, RoutePhase.IN_SYNC)
ONLY_WAIT = frozenset({RoutePhase.NODES_BACK, RoutePhase.IN_SYNC})
_APART = (
    RoutePhase.RELAX,
    RoutePhase.TAKE_APART,
    RoutePhase.SECONDARY,
    RoutePhase.MOVE_TRAFFIC,
    RoutePhase.OLD_PRIMARY,
    RoutePhase.JOIN,
    RoutePhase.IN_SYNC,
    RoutePhase.PUT_BACK,
)
INSTALL_BOTH = "both.install"  # the task with which a dual reboot begins
RELAX = "apart.relax"  # the task with which a minimal downtime upgrade begins
START_ICU = "icu.start"  # the task with which an ICU begins


def dual_reboot() -> Stage:
    """Both nodes get the image, then both go down within seconds, come back, and synchronise."""
    with TaskGroup("both", tooltip="Both nodes: installed, then rebooted together"):
        return _phases(_DUAL_REBOOT)


def minimal_downtime() -> Stage:
    """One node after the other, with control and fabric link apart. Where only a person can do the work, the
    task asks for it while it looks for it on both nodes."""
    with TaskGroup("apart", tooltip="One node after the other, the links apart meanwhile"):
        return _phases(_APART)


def _phases(phases: Sequence[RoutePhase]) -> Stage:
    tasks = [
        phase_task(phase, **({"trigger_rule": JOIN} if at == 0 else {})) for at, phase in enumerate(phases)
    ]
    chain(*tasks)
    return Stage(entry=tasks[0], exit=tasks[-1])


def phase_task(phase: RoutePhase, **kwargs: Any) -> RouteOperator:
    """One phase of a route's plan: a sensor where nothing is done but to look."""
    operator = RouteSensor if phase in ONLY_WAIT else RouteOperator
    return operator(task_id=phase, phase=phase, **kwargs)


def icu() -> Stage:
    """The in-band cluster upgrade: one command, both nodes rebooted in turn, nothing synchronised between the
    two releases. The node gathers the groups by itself."""
    with TaskGroup("icu", tooltip="The in-band cluster upgrade"):
        tasks = [
            run(
                "start",
                sends("icu.trace_cluster", trace_cluster, Sending.TRACE),
                sends("icu.start", start_issu, Sending.START),
                trigger_rule=JOIN,  # gates, guard and the wait for a window may be skipped
            ),
            wait_for(Goal.SECONDARY_UPGRADED, "wait_for_secondary_upgrade"),
            wait_for(Goal.PRIMARY_UPGRADED, "wait_for_primary_upgrade"),
            wait_for(Goal.RESYNCED, "wait_for_resync"),
        ]
        chain(*tasks)
        return Stage(entry=tasks[0], exit=tasks[-1])
