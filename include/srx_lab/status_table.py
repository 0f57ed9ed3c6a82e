"""`status` for people: one row a node."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table


def show_status(look: Callable[[], list[dict[str, Any]]], *, watch: bool) -> None:
    """Print once, or keep a live table until interrupted."""
    console = Console()
    if not watch:
        console.print(_table(look()))
        return
    with Live(_table(look()), console=console, refresh_per_second=4) as live:
        try:
            while True:
                time.sleep(0.5)
                live.update(_table(look()))
        except KeyboardInterrupt:
            return


def _table(clusters: list[dict[str, Any]]) -> Table:
    table = Table(
        "cluster",
        "node",
        "release",
        "power",
        "groups",
        "cold sync",
        "phase",
        "ISSU starts",
        "faults and links",
    )
    for column in table.columns:
        column.overflow = "fold"  # on a narrow terminal a name is broken, never cut off
    for cluster in clusters:
        faults = ", ".join(_fault(fault) for fault in cluster["faults"])
        for name, node in cluster["nodes"].items():
            first = name == "node0"
            groups = " ".join(
                f"{g}:{held['state']}({held['priority']})" for g, held in node["groups"].items()
            )
            table.add_row(
                cluster["name"] if first else "",
                name,
                node["release"] + (f" → {node['pending']}" if node["pending"] else ""),
                node["power"] + (" window" if node["in_issu_window"] else ""),
                groups,
                node["cold_sync"],
                cluster["phase"] if first else "",
                str(cluster["issu_starts"]) if first else "",
                faults if first else _links(cluster),
            )
    return table


def _links(cluster: dict[str, Any]) -> str:
    """What is not as it should be between the nodes."""
    told = [f"{name} link down" for name, up in cluster.get("links", {}).items() if not up]
    told += ["BOTH NODES ACTIVE"] if cluster.get("both_active") else []
    return ", ".join(told)


def _fault(fault: dict[str, Any]) -> str:
    node = f"@{fault['node']}" if fault["node"] else ""
    return f"{fault['name']}{node}" + ("" if fault["active"] else f" (at {fault['at']})")
