"""Which route may this cluster take from this release to that one? Rules are data; this is the judgement.

ISSU is judged by ``domain/upgrade/support.py``, the others by ``policy/routes.yaml`` and by the policy of
releases that one step may pass; all of them by what the cluster itself has. What nobody documents, and what
is not known, is left to a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.version import JunosVersion, is_later, parse, same_release
from srx_issu.domain.routes.choice import RouteChoice, RouteReason, choice_of, judged
from srx_issu.domain.routes.conditions import OWN_RULE, RouteConditions, reasons_against
from srx_issu.domain.upgrade.route import (
    Allowance,
    Direction,
    Rollback,
    RollbackRule,
    Route,
    RouteRule,
    RouteRules,
)
from srx_issu.domain.upgrade.support import InService, Support, SupportMatrix, judge
from srx_issu.domain.verdict import Status

RULES_FILE = "policy/routes.yaml"
_SUPPORT_FILE = "policy/support.yaml"
_BY_SUPPORT = {InService.ISSU: Allowance.ALLOWED, InService.ASK: Allowance.ASK}


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """Two different releases on one model."""

    model: str
    old: JunosVersion
    new: JunosVersion
    direction: Direction | None
    too_far: str | None  # why policy/releases.yaml leaves the pair to a person


def choose_route(
    model: str, running: str, target: str, rules: SupportMatrix, conditions: RouteConditions
) -> RouteChoice:
    """Judges every route for one model (upper case) and pair of releases. Never raises."""
    support = judge(model, running, target, rules)
    routes = rules.routes or RouteRules()
    try:
        old, new = parse(running), parse(target)
    except UnparsableVersion as fault:
        return _refused(model, routes, str(fault))
    if same_release(old, new):
        return _refused(model, routes, f"{new} is already running ({old})")
    too_far = rules.calendar.reason_to_ask(old, new) if rules.calendar else None
    pair = _Pair(model=model, old=old, new=new, direction=_direction(old, new), too_far=too_far)
    rollback = _rollback(pair, routes)
    found = []
    for route in Route:
        said = (_by_support(support),) if route is Route.ISSU else tuple(_documented(route, pair, rules))
        reasons = (*said, *reasons_against(route, pair.direction, rollback, conditions))
        kind = rollback.rollback if rollback else Rollback.WORKS
        found.append(judged(route, reasons, routes.cost(route, model), kind))
    return choice_of(tuple(found), pair.direction, support.known_problems)


def _refused(model: str, routes: RouteRules, why: str) -> RouteChoice:
    reason = RouteReason(allowance=Allowance.REFUSED, text=why, source=OWN_RULE)
    found = (judged(route, (reason,), routes.cost(route, model), Rollback.WORKS) for route in Route)
    return choice_of(tuple(found), None)


def _direction(old: JunosVersion, new: JunosVersion) -> Direction | None:
    """By MAJOR.MINOR across release lines, as ranges of releases are read, too."""
    if old.main != new.main:
        return Direction.UPGRADE if new.main > old.main else Direction.DOWNGRADE
    match is_later(new, old).status:
        case Status.PASS:
            return Direction.UPGRADE
        case Status.FAIL:
            return Direction.DOWNGRADE
        case _:
            return None


def _by_support(support: Support) -> RouteReason:
    allowance = _BY_SUPPORT.get(support.verdict, Allowance.REFUSED)
    return RouteReason(allowance=allowance, text=support.reason, source=_SUPPORT_FILE)


def _documented(route: Route, pair: _Pair, rules: SupportMatrix) -> Iterator[RouteReason]:
    """What is said of the pair, whatever the cluster's own facts are."""
    rule, reason = _first_rule(route, pair, rules.routes or RouteRules())
    yield reason
    if pair.model not in rules.platforms:
        yield _ask(f"{pair.model} is not in {_SUPPORT_FILE}: nothing is known of it", _SUPPORT_FILE)
    if pair.direction is None:
        yield _ask(f"nobody can tell which of {pair.old} and {pair.new} is later", OWN_RULE)
    if unreleased := [each for each in (pair.old, pair.new) if not each.kind.is_ordered]:
        names = " and ".join(str(each) for each in unreleased)
        yield _ask(f"{names}: not a released image, of which no source speaks", OWN_RULE)
    if pair.too_far and not (rule is not None and rule.is_named_pair):
        yield _ask(pair.too_far, "policy/releases.yaml")


def _first_rule(route: Route, pair: _Pair, routes: RouteRules) -> tuple[RouteRule | None, RouteReason]:
    """The first rule that holds, with what it says; a person where one may hold, or none does."""
    for rule in routes.rules:
        if rule.route is not route:
            continue
        holds = rule.scope.covers(pair.model, pair.old, pair.new, pair.direction)
        if holds:
            return rule, RouteReason(allowance=rule.allowance, text=rule.reason, source=rule.source)
        if holds is None:
            text = f"cannot tell whether this holds for {pair.old} to {pair.new}: {rule.reason}"
            return None, _ask(text, rule.source)
    text = f"no rule speaks of {route.label} on {pair.model} from {pair.old} to {pair.new}"
    return None, _ask(text, RULES_FILE)


def _rollback(pair: _Pair, routes: RouteRules) -> RollbackRule | None:
    """The first rule that holds or may hold: where that cannot be told, the old image is wanted, too."""
    scopes = (
        rule
        for rule in routes.rollbacks
        if rule.scope.covers(pair.model, pair.old, pair.new, pair.direction) is not False
    )
    return next(scopes, None)


def _ask(text: str, source: str) -> RouteReason:
    return RouteReason(allowance=Allowance.ASK, text=text, source=source)
