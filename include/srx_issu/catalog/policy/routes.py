"""``policy/routes.yaml``: where each route besides ISSU is documented, and what each costs the traffic.

Only the file's form; the judgement is ``domain/routes/choose.py``'s.
"""

from __future__ import annotations

from pydantic import Field

from srx_issu.catalog.faults import Checked, nearest
from srx_issu.catalog.fields import DAY_S, FileEntry, ModelName, Name, Text
from srx_issu.catalog.policy.matrix import Range, RangeEntry
from srx_issu.domain.upgrade.route import (
    Allowance,
    Direction,
    Rollback,
    RollbackRule,
    Route,
    RouteCost,
    RouteRule,
    RouteRules,
    RouteScope,
)


class RouteScopeEntry(FileEntry):
    """For which models and releases something is said."""

    models: tuple[ModelName, ...] = Field((), min_length=1, description="Left out = every model.")
    running: Range = Field(default_factory=RangeEntry)
    target: Range = Field(default_factory=RangeEntry)
    direction: Direction | None = Field(None, description="Empty = both.")

    def to_domain(self) -> RouteScope:
        return RouteScope(
            models=frozenset(self.models),
            running=self.running.to_domain(),
            target=self.target.to_domain(),
            direction=self.direction,
        )


class RouteRuleEntry(RouteScopeEntry):
    """What a source says of one route. The first of a route whose models, releases and direction fit wins."""

    route: Route
    allowance: Allowance = Field(description="allowed, ask (a person decides, with a reason) or refused.")
    named_pair: bool = Field(
        False, description="The source names both releases: policy/releases.yaml is not asked."
    )
    reason: Text = Field(description="Why; shown to operators.")
    source: Name = Field(description="A name below `sources`.")


class RollbackEntry(RouteScopeEntry):
    """Where a rollback does not lead back to the running release, or nobody says that it does."""

    rollback: Rollback = Field(description="works, none or unknown; the last two want the old image staged.")
    reason: Text
    source: Name = Field(description="A name below `sources`.")


class CostEntry(FileEntry):
    """What a route does to the traffic. The first of a route that has the model counts."""

    route: Route
    models: tuple[ModelName, ...] = Field((), min_length=1, description="Left out = every model.")
    outage_s: int | None = Field(
        None, ge=0, le=DAY_S, description="Seconds that traffic may stop; empty = no figure is known."
    )
    outage_source: Name = Field(description="Where the figure is from: a name below `sources`.")
    sessions: Text = Field(description="What becomes of sessions; shown to operators.")
    adjacencies: Text = Field(description="What becomes of routing adjacencies; shown to operators.")
    source: Name = Field(description="Where that is from: a name below `sources`.")


class RoutesFile(FileEntry):
    """policy/routes.yaml."""

    sources: dict[Name, Text] = Field(
        default_factory=dict, description="By name: what it is, and its address."
    )
    rules: tuple[RouteRuleEntry, ...] = Field((), description="Where each route besides ISSU is allowed.")
    rollbacks: tuple[RollbackEntry, ...] = Field((), description="Where no rollback leads back.")
    costs: tuple[CostEntry, ...] = Field((), description="What each route does to the traffic.")


def read_routes(checked: Checked) -> RouteRules:
    """Empty where the file has faults; those are left in ``checked``."""
    entry = checked.whole(RoutesFile) if checked.document.is_whole else None
    if entry is None:
        return RouteRules()
    _check_sources(checked, entry)
    _check_rules(checked, entry)
    _check_costs(checked, entry)
    return RouteRules(
        rules=tuple(_rule(each) for each in entry.rules),
        rollbacks=tuple(
            RollbackRule(
                scope=each.to_domain(), rollback=each.rollback, reason=each.reason, source=each.source
            )
            for each in entry.rollbacks
        ),
        costs=tuple(_cost(each) for each in entry.costs),
    )


def _rule(entry: RouteRuleEntry) -> RouteRule:
    return RouteRule(
        route=entry.route,
        scope=entry.to_domain(),
        allowance=entry.allowance,
        reason=entry.reason,
        source=entry.source,
        is_named_pair=entry.named_pair,
    )


def _cost(entry: CostEntry) -> RouteCost:
    return RouteCost(
        route=entry.route,
        models=frozenset(entry.models),
        outage_s=entry.outage_s,
        outage_source=entry.outage_source,
        sessions=entry.sessions,
        adjacencies=entry.adjacencies,
        source=entry.source,
    )


def _check_sources(checked: Checked, entry: RoutesFile) -> None:
    named = [
        *(("rules", at, "source", each.source) for at, each in enumerate(entry.rules)),
        *(("rollbacks", at, "source", each.source) for at, each in enumerate(entry.rollbacks)),
        *(("costs", at, "source", each.source) for at, each in enumerate(entry.costs)),
        *(("costs", at, "outage_source", each.outage_source) for at, each in enumerate(entry.costs)),
    ]
    for section, at, key, name in named:
        if name not in entry.sources:
            found = f"no source {name!r} below 'sources'"
            checked.fault(found, nearest(name, entry.sources), section, at, key)


def _check_rules(checked: Checked, entry: RoutesFile) -> None:
    for at, each in enumerate(entry.rules):
        if each.route is Route.ISSU:
            found = f"rules[{at + 1}] is about ISSU, which this file does not decide"
            checked.fault(found, "write it below 'rules' of policy/support.yaml", "rules", at, "route")
        if each.route is Route.ICU and not each.models and each.allowance is not Allowance.REFUSED:
            found = (
                f"rules[{at + 1}] lets every model take ICU; where one has none, the command starts an ISSU"
            )
            checked.fault(found, "name its 'models'", "rules", at)


def _check_costs(checked: Checked, entry: RoutesFile) -> None:
    """An approver is told of every route what it costs; a second entry for the same models never counts."""
    seen: dict[Route, set[str]] = {}
    for at, each in enumerate(entry.costs):
        known = seen.setdefault(each.route, set())
        models = set(each.models) or {""}
        if models <= known or "" in known:
            found = f"costs[{at + 1}] never counts: an entry above has {each.route.value} for its models"
            checked.fault(found, "keep one, or write the one with 'models' first", "costs", at)
        known |= models
    for route in Route:
        if "" not in seen.get(route, ()):
            found = f"no entry of 'costs' for {route.value} on every model"
            checked.fault(found, "add one without 'models'", "costs")
