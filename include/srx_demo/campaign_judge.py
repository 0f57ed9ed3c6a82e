"""How a demonstration's campaign ended: by its report, and by the simulator's own account."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping

from rich.table import Table

from srx_demo import referee
from srx_demo.campaign_scenery import CampaignScenery, conflict_groups
from srx_demo.fleets import FleetDemo
from srx_issu.domain.upgrade.route import Route

_NEVER_STARTED = ("NOT_READY", "NOT_STARTED", "REFUSED")


def rows_of(scenery: CampaignScenery) -> list[dict[str, str]]:
    """The table of the newest report; none before there is one."""
    found = sorted((scenery.home.evidence / "campaigns").glob("*/report.csv"))
    if not found:
        return []
    with found[-1].open(newline="") as table:
        return list(csv.DictReader(table))


def results_of(scenery: CampaignScenery) -> dict[str, str]:
    """Cluster -> result, from the report's table."""
    return {row["cluster"]: row["result"] for row in rows_of(scenery)}


def report_table(scenery: CampaignScenery) -> Table:
    """Of each cluster what the report says: its route, what that costs the traffic, how it ended."""
    table = Table(box=None, pad_edge=False, title="By the campaign's report", title_justify="left")
    columns = ("cluster", "model", "wave", "route", "outage", "result")
    for column in columns:
        table.add_column(column.capitalize())
    for row in rows_of(scenery):
        table.add_row(*(row[column] for column in columns))
    return table


def judge(
    scenery: CampaignScenery, demo: FleetDemo, results: Mapping[str, str], began: float = 0.0
) -> list[str]:
    """What is not as it should be. ``began``: seconds of ours; what happened before was not the campaign."""
    faults = []
    counts = Counter("UPGRADED" if r.startswith("UPGRADED") else r for r in results.values())
    if dict(counts) != dict(demo.expected):
        faults.append(f"expected {dict(demo.expected)}, the report says {dict(counts)}")
    events = [event for event in scenery.lab.events() if event["wall"] >= began]
    for cluster in scenery.clusters:
        result = results.get(cluster.name, "NOT_STARTED")
        was_started = result not in _NEVER_STARTED
        faults += _starts(cluster.name, demo.route_of(cluster.name), events, result, was_started=was_started)
    return faults + referee.breaches(events) + referee.overlaps(events, conflict_groups(scenery.clusters))


def _starts(
    name: str, route: Route, events: Iterable[referee.Event], result: str, *, was_started: bool
) -> list[str]:
    """Of an ISSU or ICU one start and no more; of a dual reboot none, and one reboot of each node."""
    mine = [event for event in events if event["cluster"] == name]
    starts, reboots = referee.starts(mine)[name], referee.reboots(mine)
    if route is not Route.DUAL_REBOOT:
        expected = int(was_started)
        return [] if starts == expected else [f"{name}: {starts} starts, the report says {result}"]
    wanted = {"node0": 1, "node1": 1} if was_started else {}
    if starts or reboots != wanted:
        return [f"{name}: {starts} starts and reboots {dict(reboots)}, the report says {result}"]
    return []
