"""How a run ended, by those who cannot be fooled: the nodes' own account, and the journal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol

from srx_demo.lab import Lab
from srx_demo.referee import is_order
from srx_demo.scenery import Scenery
from srx_issu.adapters.journal import SqlJournal, SqlLeases
from srx_issu.domain.history.recovery_events import FailureNamed, RecoveryPlanned
from srx_issu.domain.outcome import Outcome
from srx_lab.control import ask
from tests.stack.scenarios.orders import IMAGE
from tests.stack.scenarios.scenario import GIVEN_BACK, KEPT, NEW, NODES, OLD, Cluster, Ended


class Seen(Protocol):
    """Where a run was played: a running stack, or one process."""

    @property
    def lab(self) -> Lab: ...
    @property
    def scenery(self) -> Scenery: ...
    @property
    def environment(self) -> Mapping[str, str]: ...


def ended(stack: Seen, cluster: str, run_id: str, outcome: Outcome | None) -> Ended:
    """Everything a scenario speaks of."""
    state, target = stack.lab.state, stack.scenery.image_for(cluster)
    return Ended(
        failure=_failure(stack, run_id),
        sent=tuple(order.replace(f"/var/tmp/{target.path.name}", IMAGE) for order in orders(state, cluster)),
        cluster=seen(status(state, cluster), target.release),
        outcome=str(outcome),
        lease=_lease(stack, cluster, run_id),
    )


def orders(lab: Path, cluster: str) -> Iterator[str]:
    """Every order that a node of the cluster was given, oldest first, by the simulator's event log."""
    with (lab / "events.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            if f'"cluster": "{cluster}"' in line and '"line": "request ' in line:
                event = json.loads(line)
                if is_order(event):
                    yield f"{event['node']}: {event['line']}"


def status(lab: Path, cluster: str) -> Mapping[str, Any]:
    """The simulator's own view of the cluster."""
    (found,) = ask(lab, {"do": "status", "cluster": cluster})["clusters"]
    return dict(found)


def seen(told: Mapping[str, Any], target: str) -> Cluster:
    nodes = {name: told["nodes"][name] for name in NODES}
    return Cluster(
        **{name: _node(node, target) for name, node in nodes.items()},
        primaries=tuple(_primary(nodes, group) for group in told["groups"]),
        left=(*_left(nodes), *_flags(told)),
    )


def _node(node: Mapping[str, Any], target: str) -> str:
    release = NEW if node["release"] == target else OLD
    return release if node["power"] == "up" else f"{release}, {node['power']}"


def _primary(nodes: Mapping[str, Mapping[str, Any]], group: str) -> str:
    claims = [n for n, node in nodes.items() if node["power"] == "up" and _state(node, group) == "primary"]
    return claims[0] if len(claims) == 1 else "both" if claims else "nobody"


def _state(node: Mapping[str, Any], group: str) -> str:
    return str(node["groups"][group]["state"])


def _left(nodes: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for name, node in nodes.items():
        if node["power"] != "up":
            continue
        if node["in_issu_window"]:
            yield f"{name} in the ISSU window"
        if node["pending"] is not None:
            yield f"{name} has a release waiting for its reboot"
        if node["cold_sync"] != "complete":
            yield f"{name} not in sync"
        if not node["policies_in_sync"]:
            yield f"{name} has policies out of sync"
        odd = {_state(node, group) for group in node["groups"]} - {"primary", "secondary"}
        if odd:
            yield f"{name} {' and '.join(sorted(odd))}"


def _flags(told: Mapping[str, Any]) -> Iterator[str]:
    yield from (
        f"RG{number} has the manual flag" for number, group in told["groups"].items() if group["manual"]
    )


def _failure(stack: Seen, run_id: str) -> str | None:
    """The newest diagnosis (a recovery keeps its first one), or what a start was refused for."""
    entries = SqlJournal(stack.environment["SRX_ISSU_JOURNAL_URL"]).entries(run_id)
    kept = [e.event.failure for e in entries if isinstance(e.event, RecoveryPlanned | FailureNamed)]
    return str(kept[-1]) if kept else None


def _lease(stack: Seen, cluster: str, run_id: str) -> str:
    holder = SqlLeases(stack.environment["SRX_ISSU_JOURNAL_URL"]).holder(f"cluster:{cluster}")
    return KEPT if holder is not None and holder.owner == run_id else GIVEN_BACK
