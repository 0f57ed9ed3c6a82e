"""The task groups of routes that are carried out by a plan of actions; ``upgrade`` has the other stages.

Each phase of the plan is a task; its steps in the journal, the log and the report are the plan's actions.
"""

from __future__ import annotations

from airflow.sdk import TaskGroup, chain

from srx_issu.airflow.dags.tasks import JOIN
from srx_issu.airflow.dags.upgrade import Stage
from srx_issu.airflow.operators.recovery import RouteOperator
from srx_issu.domain.routes.plan import RoutePhase

_DUAL_REBOOT = (RoutePhase.INSTALL, RoutePhase.REBOOT, RoutePhase.NODES_BACK, RoutePhase.IN_SYNC)
INSTALL_BOTH = "both.install"  # the task with which a dual reboot begins


def dual_reboot() -> Stage:
    """Both nodes get the image, then both go down within seconds, come back, and synchronise."""
    with TaskGroup("both", tooltip="Both nodes: installed, then rebooted together"):
        tasks = [
            RouteOperator(task_id=phase, phase=phase, **({"trigger_rule": JOIN} if at == 0 else {}))
            for at, phase in enumerate(_DUAL_REBOOT)
        ]
        chain(*tasks)
        return Stage(entry=tasks[0], exit=tasks[-1])
