"""What ``make demo ROUTE=name`` shows: a simulated cluster for each route, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from srx_demo.lab import DEMO_TOPOLOGY, LabFailed
from srx_demo.scenery import TARGET_RELEASE
from srx_issu.domain.upgrade.route import Route
from srx_issu.ports.dag_names import UPGRADE_DAGS
from srx_issu.stack.processes.home import repository


@dataclass(frozen=True, kw_only=True)
class RouteDemo:
    """``topology`` is a file beside the usual one; ``approvers``: so many people answer, where the caller
    does not say how many."""

    route: Route
    topology: str = DEMO_TOPOLOGY.name
    release: str = TARGET_RELEASE
    approvers: int = 1

    @property
    def dag_id(self) -> str:
        return UPGRADE_DAGS[self.route]

    @property
    def path(self) -> Path:
        return DEMO_TOPOLOGY.with_name(self.topology)


DEMOS: Mapping[str, RouteDemo] = {
    "issu": RouteDemo(route=Route.ISSU, approvers=0),
    "icu": RouteDemo(route=Route.ICU, topology="demo-icu.yaml"),
    "reboot": RouteDemo(route=Route.DUAL_REBOOT, topology="demo-reboot.yaml", release="24.2R1-S2.5"),
    "downgrade": RouteDemo(route=Route.DUAL_REBOOT, topology="demo-reboot.yaml"),
    "minimal-downtime": RouteDemo(
        route=Route.MINIMAL_DOWNTIME, topology="demo-minimal-downtime.yaml", release="24.2R2.8"
    ),
}


def demo_of(name: str, dags: Path | None = None) -> RouteDemo:
    """Raises LabFailed for a name that is none, and for a route that this version has no DAG for. ``dags``:
    the folder of the DAG files."""
    if name not in DEMOS:
        raise LabFailed(f"no route {name!r}: there are {', '.join(DEMOS)}")
    demo = DEMOS[name]
    if not ((dags or repository() / "dags") / f"{demo.dag_id}.py").is_file():
        raise LabFailed(f"the route {name} cannot be shown: this version has no DAG {demo.dag_id}")
    return demo
