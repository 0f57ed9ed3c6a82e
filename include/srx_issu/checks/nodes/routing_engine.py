"""Does the node have the routing engine that inventory and image are for? Commands and images hang on it."""

from __future__ import annotations

from srx_issu.checks.check import YES, Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.routing_engine import generation, routing_engines
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = ("engine_fits", "engine_text", "engine_wanted")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """Only where the platform comes with several engines that take different software."""
    intent = subject.intent
    platform = intent.support.platforms.get(intent.cluster.model) if intent.support else None
    if platform is None or not platform.routing_engines:
        cells |= {"engine_fits": True, "engine_text": "the model's own", "engine_wanted": "any"}
        return
    cells["engine_wanted"] = _wanted(intent.cluster.routing_engine, intent.software)
    modules = subject.state.modules.rows_of(node)
    shown = routing_engines(modules or ())
    cells["engine_text"] = " and ".join(dict.fromkeys(shown)) or "not shown"
    found = {generation(words) for words in shown}
    if not shown or None in found:
        reasons["engine_fits"] = (
            subject.state.modules.reason_of(node) or f"'show chassis hardware' says {cells['engine_text']}"
        )
        return
    named = {name for name in found if name is not None}
    takes = {platform.routing_engines.get(name, platform.software) for name in named}
    cells["engine_text"] = f"{cells['engine_text']} ({', '.join(sorted(named))})"
    cells["engine_fits"] = takes == {intent.software} and named <= {
        intent.cluster.routing_engine or min(named)
    }


def _wanted(in_inventory: str | None, software: SoftwareFamily) -> str:
    engine = f"{in_inventory} (inventory), " if in_inventory else ""
    return f"{engine}one that takes {software} software"


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="routing_engine_fits",
            what="which routing engine the node has",
            table="nodes",
            column="engine_fits",
            expect=YES,
            good="routing engine is {engine_text}",
            bad="routing engine is {engine_text}, expected {engine_wanted}",
            limit="{engine_wanted}",
            remedy="RE3 takes junos-vmhost-install-* images, RE1 and RE2 do not; correct 'routing_engine' in "
            "the inventory, or take the other image",
        ),
    )
