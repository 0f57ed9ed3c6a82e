"""``policy/routes.yaml``: as shipped, beside ``policy/support.yaml``, and with faults."""

from __future__ import annotations

import pytest

from srx_issu.catalog.documents import read_document
from srx_issu.catalog.faults import Checked
from srx_issu.catalog.folder import SHIPPED
from srx_issu.catalog.loading import load
from srx_issu.catalog.policy.routes import RoutesFile, read_routes
from srx_issu.domain.routes.choose import choose_route
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.routes.describe import route_words
from srx_issu.domain.routes.route import FACTS
from srx_issu.domain.upgrade.route import Allowance, Direction, Route
from srx_issu.domain.upgrade.support import InService, SupportMatrix, judge
from srx_issu.ports.codec import dumps, loads
from tests.integration.catalog.folders import Folder
from tools.route_golden import IN_ORDER

HEAD = "sources: {notes: some notes}\n"
COSTS = "costs:\n" + "".join(
    f"  - {{route: {route}, outage_source: notes, sessions: lost, adjacencies: lost, source: notes}}\n"
    for route in Route
)
PAIRS = [
    ("15.1X49-D50", "15.1X49-D60"),
    ("15.1X49-D70", "15.1X49-D80"),
    ("17.4R1", "18.1R1"),
    ("22.2R3", "22.4R3"),
    ("23.4R2", "24.4R1"),
    ("24.4R1", "24.4R2"),
    ("24.2R2", "25.2R1"),
]


def test_every_source_but_the_file_itself_has_an_address() -> None:
    entry = Checked(read_document(SHIPPED / "policy" / "routes.yaml")).whole(RoutesFile)
    assert entry is not None
    assert [name for name, what in entry.sources.items() if "https://" not in what] == ["estimate"]


@pytest.mark.parametrize("route", [Route.DUAL_REBOOT, Route.MINIMAL_DOWNTIME])
def test_the_approver_is_told_of_a_new_loader_and_of_the_way_back(route: Route) -> None:
    choice = choose_route("SRX345", "23.4R2-S3.9", "24.4R1.9", load(SHIPPED).support_rules, IN_ORDER)
    told = route_words(choice, choice.of(route))
    assert [line for line in told if "24.4R1 brings a new loader" in line]
    assert "Instead of any rollback: 'request system software add' of the old image" in told


@pytest.mark.parametrize("pair", PAIRS)
def test_icu_agrees_with_the_support_matrix(pair: tuple[str, str]) -> None:
    """Both files speak of ICU's upgrades: neither may send a model to it that the other keeps from it."""
    rules = load(SHIPPED).support_rules
    for model in rules.platforms:
        icu = choose_route(model, *pair, rules, IN_ORDER).of(Route.ICU).allowance
        verdict = judge(model, *pair, rules).verdict
        assert (verdict is InService.ICU) <= (icu is not Allowance.REFUSED), model
        assert (icu is Allowance.ALLOWED) <= (verdict is InService.ICU), model


def test_no_two_ways_in_service_are_allowed_at_once() -> None:
    rules = load(SHIPPED).support_rules
    for model in rules.platforms:
        for running, target in PAIRS:
            choice = choose_route(model, running, target, rules, IN_ORDER)
            in_service = {choice.of(Route.ISSU).allowance, choice.of(Route.ICU).allowance}
            assert in_service != {Allowance.ALLOWED}


def test_what_a_route_says_of_downgrades_is_what_its_rules_say() -> None:
    rules = load(SHIPPED).support_rules
    for route, facts in FACTS.items():
        answers = {
            choice.of(route).allowance
            for model in rules.platforms
            for choice in [choose_route(model, "22.4R3", "22.2R3", rules, IN_ORDER)]
            if choice.direction is Direction.DOWNGRADE
        }
        assert facts.for_downgrades in answers, route


@pytest.mark.parametrize("pair", [*PAIRS, ("22.4R3", "22.2R3"), ("24.4R2", "24.2R2")])
def test_knowing_less_never_allows_more(pair: tuple[str, str]) -> None:
    rules = load(SHIPPED).support_rules
    for model in rules.platforms:
        known, unknown = (
            choose_route(model, *pair, rules, conditions) for conditions in (IN_ORDER, RouteConditions())
        )
        for route in Route:
            less, more = unknown.of(route).allowance, known.of(route).allowance
            assert (less is Allowance.ALLOWED) <= (more is Allowance.ALLOWED)
            if FACTS[route].needs_path_beside_cluster:
                assert less is not Allowance.ALLOWED, (model, route)


def test_what_an_upgrade_keeps_of_its_model_is_the_same_after_the_journal() -> None:
    rules = load(SHIPPED).support_rules
    for model in ("SRX345", "SRX1500", "SRX4600"):
        kept = rules.about(model)
        assert loads(SupportMatrix, dumps(kept)) == kept


def test_known_problems_are_told_with_the_choice() -> None:
    rules = load(SHIPPED).support_rules
    (told,) = choose_route("SRX345", "24.2R2", "24.4R1", rules, IN_ORDER).known_problems
    assert "new loader" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("rules: [{route: icu, allowance: allowed, reason: x}]\n", "rules[1] has no 'source'; add it"),
        (
            "rules: [{route: icu, allowance: yes, reason: x, source: notes}]\n",
            "rules[1].allowance is",
        ),
        (
            "rules: [{route: ice, allowance: ask, reason: x, source: notes}]\n",
            "rules[1].route is 'ice'; write one of 'issu', 'icu'",
        ),
        (
            "rules: [{route: icu, models: [SRX345], allowance: ask, reason: x, source: note}]\n",
            "no source 'note' below 'sources'; did you mean 'notes'?",
        ),
        (
            "rules: [{route: issu, allowance: ask, reason: x, source: notes}]\n",
            "rules[1] is about ISSU, which this file does not decide; write it below 'rules' of",
        ),
        (
            "rules: [{route: icu, direction: sideways, allowance: ask, reason: x, source: notes}]\n",
            "rules[1].direction is 'sideways'; write one of 'upgrade' or 'downgrade'",
        ),
        (
            "rollbacks: [{running: {bellow: 24.4R1}, rollback: none, reason: x, source: notes}]\n",
            "unknown key 'bellow' in rollbacks[1].running; did you mean 'below'?",
        ),
        (
            "rules: [{route: icu, allowance: allowed, reason: x, source: notes}]\n",
            "rules[1] lets every model take ICU; where one has none, the command starts an ISSU; name its",
        ),
        (
            "rules: [{route: dual_reboot, models: [], allowance: refused, reason: x, source: notes}]\n",
            "rules[1].models is",
        ),
        (
            "rules: [{route: dual_reboot, running: {at_least: 24.4R1, below: 22.4R1}, allowance: refused, "
            "reason: x, source: notes}]\n",
            "rules[1].running: no release is both 24.4R1 or later and before 22.4R1",
        ),
        (
            "rollbacks: [{target: {below: 24.4, within: [24.4R1, 25.2]}, rollback: none, reason: x, "
            "source: notes}]\n",
            "rollbacks[1].target: none of 24.4R1, 25.2 is before 24.4",
        ),
        ("rollback: []\n", "unknown key 'rollback' in the file; did you mean 'rollbacks'?"),
    ],
)
def test_faults(folder: Folder, text: str, words: str) -> None:
    folder.write("policy/routes.yaml", HEAD + text + COSTS)
    (fault,) = folder.faults()
    assert fault.startswith("policy/routes.yaml:2: ")
    assert words in fault


def test_a_route_without_cost(folder: Folder) -> None:
    without = "\n".join(line for line in COSTS.splitlines() if "dual_reboot" not in line)
    folder.write("policy/routes.yaml", HEAD + without)
    (fault,) = folder.faults()
    assert fault == (
        "policy/routes.yaml:2: no entry of 'costs' for dual_reboot on every model; add one without 'models'"
    )


def test_a_cost_that_never_counts(folder: Folder) -> None:
    entry = "route: icu, models: [SRX345], outage_source: notes, sessions: x, adjacencies: x, source: notes"
    folder.write("policy/routes.yaml", f"{HEAD}{COSTS}  - {{{entry}}}\n")
    (fault,) = folder.faults()
    assert "costs[5] never counts: an entry above has icu for its models" in fault


def test_a_file_with_faults_allows_nothing(folder: Folder) -> None:
    path = folder.write("policy/routes.yaml", "rules: [{route: icu}]\n")
    assert read_routes(Checked(read_document(path))).rules == ()
