"""Each route's suites: what it asks before and after, and that nothing is left out without a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.checks.names import CHECK_NAMES, GUIDE_CHECKS
from srx_issu.checks.post_checks import run_post_checks
from srx_issu.checks.readiness import check_readiness, readiness_checks
from srx_issu.checks.route_suites import BOOTS_WHAT_IT_RUNS, LATER, ON_ONE_NODE, SUITES, RouteSuite
from srx_issu.domain.checking import PostCheckVerdict, Readiness, ReadinessVerdict
from srx_issu.domain.cluster.model import GroupState, NextBoot
from srx_issu.domain.comparison.tables import BY_TABLE, LOST_BY_DESIGN
from srx_issu.domain.routes.route import FACTS
from srx_issu.domain.upgrade.route import Allowance, Route
from srx_issu.domain.verdict import Status
from tests.places import ROOT
from tests.unit.checks.healthy import NODE0, NODE1, Case, healthy
from tests.unit.checks.plain import plain_run
from tests.unit.checks.test_post_checks import baseline, upgraded

ROUTES = tuple(Route)
BY_BOOT = tuple(route for route in Route if route is not Route.ISSU)
CLEAN = NextBoot(is_other=False)
# What every route wants of both nodes before it begins.
ALWAYS = frozenset(
    {"node_reachable", "releases_equal", "groups_known", "group_states", "one_primary", "var_tmp_space"}
    | {"no_pending_install", "image_for_model", "model_as_in_inventory", "eligible", "window_long_enough"}
)
# What a route that loses sessions must bring back all the same.
COMES_BACK = ("zones", "policies", "nat_rules", "ike", "ipsec", "bgp", "ospf", "isis", "bfd", "routes")


def on(route: Route, case: Case | None = None) -> Case:
    """A healthy cluster on that route, whose nodes tell that they boot what they run."""
    case = case or healthy()
    told = case.view(NODE0, next_boot=CLEAN).view(NODE1, next_boot=CLEAN)
    return replace(told, intent=replace(told.intent, route=route))


def judged(case: Case) -> Readiness:
    return check_readiness(case.snapshot, case.state, case.intent, case.support, plain_run)


def asked(route: Route) -> set[str]:
    return {check.name for check in readiness_checks(on(route).intent)}


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_has_its_suites_by_name(route: Route) -> None:
    case = on(route)
    readiness = judged(case)
    assert readiness.verdict is ReadinessVerdict.READY, readiness.reason
    assert readiness.suite == f"{route}.readiness"
    assert asked(route) >= ALWAYS


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: str(suite.route))
def test_a_suite_speaks_of_checks_that_there_are(suite: RouteSuite) -> None:
    assert {*suite.leaves_out, *suite.adds} <= CHECK_NAMES
    assert not set(suite.leaves_out) & set(suite.adds)
    assert set(suite.leaves_out) & GUIDE_CHECKS <= {LATER}, "what the guide demands is asked on every route"


def test_that_the_image_is_later_is_asked_where_a_route_leads_up_only() -> None:
    down = {route for route in Route if FACTS[route].for_downgrades is not Allowance.REFUSED}
    assert {route for route in Route if LATER not in asked(route)} == down


def test_what_is_left_out_is_told_as_skipped_with_its_reason() -> None:
    results = {r.check: r for r in judged(on(Route.DUAL_REBOOT)).results}
    told = results["graceful_restart"]
    assert told.status is Status.SKIPPED
    assert told.text == "not asked on this route (dual reboot): no node forwards while both boot"
    assert not [r for r in judged(on(Route.ISSU)).results if "not asked on this route" in r.text]


@pytest.mark.parametrize("route", BY_BOOT)
@pytest.mark.parametrize("node", [NODE0, NODE1])
def test_a_node_that_would_boot_something_else_is_in_the_way(route: Route, node: str) -> None:
    other = NextBoot(is_other=True, release="22.4R3")
    readiness = judged(on(route).view(NODE0 if node == NODE0 else NODE1, next_boot=other))
    assert readiness.verdict is ReadinessVerdict.NOT_READY
    assert [r.check for r in readiness.blocking] == [BOOTS_WHAT_IT_RUNS]
    assert f"{node}: will boot 22.4R3 next" in readiness.reason


@pytest.mark.parametrize(
    ("route", "verdict"),
    [
        (Route.ICU, ReadinessVerdict.READY),
        (Route.DUAL_REBOOT, ReadinessVerdict.NOT_READY),
        (Route.MINIMAL_DOWNTIME, ReadinessVerdict.NOT_READY),
    ],
)
def test_a_node_that_does_not_tell_what_it_boots_next(route: Route, verdict: ReadinessVerdict) -> None:
    readiness = judged(on(route).view(NODE1, next_boot=None))
    assert readiness.verdict is verdict
    assert BOOTS_WHAT_IT_RUNS in {r.check for r in readiness.findings}


@pytest.mark.parametrize("route", ROUTES)
def test_groups_on_both_nodes_stop_only_where_one_node_is_taken_out(route: Route) -> None:
    split = on(route).member(NODE0, 1, state=GroupState.SECONDARY).member(NODE1, 1, state=GroupState.PRIMARY)
    blocking = {r.check for r in judged(split).blocking}
    assert blocking == ({ON_ONE_NODE} if route is Route.MINIMAL_DOWNTIME else set())


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("node", [NODE0, NODE1])
def test_room_for_the_image_is_asked_of_each_node(route: Route, node: str) -> None:
    short = on(route).unanswered("var_tmp", NODE0 if node == NODE0 else NODE1)
    assert {(r.check, r.node) for r in judged(short).blocking} == {("var_tmp_space", node)}


@pytest.mark.parametrize("route", BY_BOOT)
@pytest.mark.parametrize("table", COMES_BACK)
def test_sessions_are_lost_by_design_and_nothing_else(route: Route, table: str) -> None:
    assert table in BY_TABLE
    assert set(LOST_BY_DESIGN[route]) == {"sessions"}


@pytest.mark.parametrize("route", ROUTES)
def test_the_comparison_of_a_route(route: Route) -> None:
    before, after = on(route, baseline()), on(route, upgraded().rows("sessions", NODE1).rows("zones", NODE1))
    found = run_post_checks(
        before=before.snapshot,
        before_state=before.state,
        after=after.snapshot,
        after_state=after.state,
        intent=after.intent,
        validate=plain_run,
    )
    assert found.suite == f"{route}.comparison"
    assert found.verdict is PostCheckVerdict.FINDINGS
    lost = {text.partition(": ")[2].split()[0] for text in found.findings}
    assert lost == ({"sessions", "zone"} if route is Route.ISSU else {"zone"})
    skipped = [r.text for r in found.results if r.status is Status.SKIPPED and r.check == "sessions"]
    assert bool(skipped) is (route is not Route.ISSU)


PAGE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8").partition("## What a route asks")[2]


@pytest.mark.parametrize("suite", SUITES.values(), ids=lambda suite: str(suite.route))
def test_the_documentation_has_what_a_suite_leaves_out_and_adds(suite: RouteSuite) -> None:
    line = next(line for line in PAGE.splitlines() if line.startswith(f"| {suite.route.label} |"))
    named = {name for name in CHECK_NAMES if f"`{name}`" in line}
    assert named == {*suite.leaves_out, *suite.adds}
    assert [t for t in LOST_BY_DESIGN.get(suite.route, {}) if f"`{t}`" not in line] == []
