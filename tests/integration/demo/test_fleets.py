"""What the demonstrations of campaigns show: their files, and the judge over their end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from srx_demo import referee
from srx_demo.campaign_judge import judge
from srx_demo.campaign_scenery import NAME, CampaignScenery
from srx_demo.fleets import FLEETS, TWELVE, fleet_of
from srx_demo.lab import Endpoints, Lab, LabCluster, LabFailed, LabNode
from srx_issu import catalog
from srx_issu.domain.upgrade.route import Route
from srx_issu.stack.processes.home import Home
from tests.stack.scenarios.outside import simulator

MIXED = fleet_of("mixed")
NODE = LabNode(host="127.0.0.1", port=22)


def test_a_fleet_that_is_none_is_refused_with_those_there_are() -> None:
    with pytest.raises(LabFailed, match="no fleet 'big': there are issu, mixed"):
        fleet_of("big")


@pytest.mark.parametrize("name", FLEETS)
def test_what_is_said_of_clusters_is_said_of_clusters_that_are_there(name: str) -> None:
    demo = FLEETS[name]
    patterns = yaml.safe_load(demo.path.read_text())["clusters"]
    models = {pattern["model"] for pattern in patterns}
    names = {
        pattern["name"].replace("{n}", f"{number:02}")
        for pattern in patterns
        for number in range(1, pattern.get("count", 1) + 1)
    }
    assert {*demo.faults, *demo.routes, *demo.campaign["canary"]} <= names
    assert {*demo.releases, *demo.campaign.get("routes", {})} <= models
    assert sum(demo.expected.values()) == len(names)


def test_the_mixed_fleet_is_of_three_routes_two_clusters_each() -> None:
    names = ("muc-edge-01", "muc-edge-02", *MIXED.routes)
    routes = [MIXED.route_of(name) for name in names]
    assert {route: routes.count(route) for route in routes} == {
        Route.ISSU: 2, Route.ICU: 2, Route.DUAL_REBOOT: 2,
    }  # fmt: skip


def event(name: str, cluster: str, at: float = 5.0, **more: str) -> dict[str, Any]:
    return {"event": name, "cluster": cluster, "wall": at, "virtual": at, **more}


def judged(
    tmp_path: Path, events: Sequence[Mapping[str, Any]], results: Mapping[str, str], names: str
) -> list[str]:
    lab = Lab(state=tmp_path / "lab", topology=MIXED.path, speed=1.0)
    lab.state.mkdir()
    (lab.state / "events.jsonl").write_text("\n".join(map(json.dumps, events)))
    scenery = CampaignScenery.of(Home(root=tmp_path / "home"), lab, MIXED.campaign)
    clusters = tuple(LabCluster(name=n, model="m", site="s", node0=NODE, node1=NODE) for n in names.split())
    scenery._endpoints = Endpoints(clusters=clusters, username="u", password="p", known_hosts=tmp_path)
    faults = judge(scenery, MIXED, results, began=1.0)
    return [fault for fault in faults if not fault.startswith("expected")]


REBOOTED = [event("reboot_ordered", "ulm-kiosk", node=node) for node in ("node1", "node0")]


def test_a_dual_reboot_is_one_reboot_of_each_node_and_no_start(tmp_path: Path) -> None:
    before = event("reboot_ordered", "ulm-kiosk", 0.5, node="node0")
    assert judged(tmp_path, [before, *REBOOTED], {"ulm-kiosk": "UPGRADED"}, "ulm-kiosk") == []


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (REBOOTED[:1], "0 starts and reboots {'node1': 1}"),
        ([*REBOOTED, *REBOOTED[:1]], "0 starts and reboots {'node1': 2, 'node0': 1}"),
        ([*REBOOTED, event("issu_started", "ulm-kiosk")], "1 starts and reboots"),
        ([*REBOOTED, event("mixed_releases_heard", "ulm-kiosk")], "ulm-kiosk: mixed releases heard"),
    ],
)
def test_anything_else_is_told(tmp_path: Path, events: list[dict[str, Any]], words: str) -> None:
    (fault,) = judged(tmp_path, events, {"ulm-kiosk": "UPGRADED"}, "ulm-kiosk")
    assert words in fault


def test_an_icu_is_one_start(tmp_path: Path) -> None:
    started = [event("issu_started", "ulm-branch-01")]
    assert judged(tmp_path, started, {"ulm-branch-01": "UPGRADED"}, "ulm-branch-01") == []


def test_a_cluster_that_was_not_started_began_nothing(tmp_path: Path) -> None:
    (fault,) = judged(tmp_path, REBOOTED, {}, "ulm-kiosk")
    assert "the report says NOT_STARTED" in fault


def test_what_must_never_happen_is_a_breach() -> None:
    assert referee.breaches([event("both_active", "a"), event("group_changed", "a")]) == ["a: both active"]
    assert TWELVE.route_of("ams-dc-01") is Route.ISSU


def test_the_mixed_fleets_files_make_a_plan_that_leaves_nobody_out(tmp_path: Path) -> None:
    """By the lab's own clusters and images, with the releases that an audit finds there."""
    lab = Lab(state=tmp_path / "lab", topology=MIXED.path, speed=60.0)
    scenery = CampaignScenery.showing(Home(root=tmp_path / "home"), lab, MIXED)
    with simulator(lab, tmp_path / "lab.log"):
        scenery.prepare()
        seen = {each["name"]: each["nodes"]["node0"]["release"] for each in lab.status()}
    found = catalog.plan_campaign(catalog.load(scenery.home.root / "files"), NAME, lambda: seen)
    assert (found.plan.left_out, found.plan.objections) == ((), ())
    assert {c.name: c.route for c in found.plan.clusters if c.route is not Route.ISSU} == MIXED.routes
    assert {c.name for c in found.plan.clusters if c.asks} == {"ulm-kiosk", "muc-ahead"}
    assert found.approvals.approvers is not None
    assert [person.name for person in found.approvals.approvers] == ["approver"]
