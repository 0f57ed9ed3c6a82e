"""What ``make demo-campaign FLEET=name`` shows: simulated clusters, a campaign's file, how it should end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from srx_demo.approving import USERS
from srx_demo.lab import DEMO_TOPOLOGY, LabFailed
from srx_issu.domain.upgrade.route import Route


@dataclass(frozen=True, kw_only=True)
class FleetDemo:
    """``topology`` is a file beside that of ``make demo``; ``expected`` counts the results of the report."""

    topology: str
    campaign: Mapping[str, Any]  # the file, without its target
    expected: Mapping[str, int]
    faults: Mapping[str, str] = field(default_factory=dict)  # cluster -> what is broken before
    releases: Mapping[str, str] = field(default_factory=dict)  # by the lab's model; others: the usual one
    old: Mapping[str, str] = field(default_factory=dict)  # releases on the way back, by the lab's model
    routes: Mapping[str, Route] = field(default_factory=dict)  # by cluster; others: ISSU
    approvers: tuple[str, ...] = ()  # users who must approve; none = nobody has to
    looks_first: bool = False  # an audit tells what runs where, so that the plan can judge the routes

    @property
    def path(self) -> Path:
        return DEMO_TOPOLOGY.with_name(self.topology)

    def route_of(self, cluster: str) -> Route:
        return self.routes.get(cluster, Route.ISSU)


NOT_READY, PUT_BACK = "fra-edge-02", "lon-edge-02"
TWELVE = FleetDemo(
    topology="fleet.yaml",
    campaign={
        "select": {"clusters": ["*"]},
        "canary": ["ams-branch-01"],
        "waves": ["40%", "rest"],
        "in_flight": {"campaign": 6, "per_site": 3},
        "budget": {"total": "2"},
        "gates": {"plan": True},
    },
    expected={"UPGRADED": 10, "NOT_READY": 1, "ROLLED_BACK": 1},
    faults={NOT_READY: "var_tmp_full_on_both", PUT_BACK: "cold_sync_never_completes"},
)
_MIXED = FleetDemo(
    topology="fleet-mixed.yaml",
    campaign={
        "routes": {"SRX320": Route.DUAL_REBOOT.value, "SRX4100": Route.DUAL_REBOOT.value},
        "select": {"clusters": ["*"]},
        "canary": ["ulm-branch-01"],
        "waves": ["50%", "rest"],
        "in_flight": {"campaign": 4, "per_site": 3},
        "budget": {"total": "0"},
        "gates": {"plan": True, "waves": True},
    },
    expected={"UPGRADED": 6},
    releases={"SRX320": "24.4R1.9"},
    old={"SRX320": "24.2R2.17"},  # from 24.4R1 no rollback leads back: without it nothing starts
    routes={
        "ulm-branch-01": Route.ICU,
        "ulm-branch-02": Route.ICU,
        "ulm-kiosk": Route.DUAL_REBOOT,
        "muc-ahead": Route.DUAL_REBOOT,
    },
    approvers=USERS[:1],
    looks_first=True,
)
FLEETS: Mapping[str, FleetDemo] = {"issu": TWELVE, "mixed": _MIXED}


def fleet_of(name: str) -> FleetDemo:
    """Raises LabFailed for a name that is none."""
    if name not in FLEETS:
        raise LabFailed(f"no fleet {name!r}: there are {', '.join(FLEETS)}")
    return FLEETS[name]
