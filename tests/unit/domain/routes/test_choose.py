"""The judgement on every route, with rules made for the purpose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.routes.choose import choose_route
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.upgrade.route import Allowance, Direction, Rollback, Route
from tests.unit.domain.routes.rules import BIG, IN_ORDER, MATRIX, OTHER, SMALL

ALLOWED, ASK, REFUSED = Allowance.ALLOWED, Allowance.ASK, Allowance.REFUSED


def _answers(
    model: str, running: str, target: str, conditions: RouteConditions = IN_ORDER
) -> dict[Route, Allowance]:
    choice = choose_route(model, running, target, MATRIX, conditions)
    assert {each.route for each in choice.routes} == set(Route)
    assert all(each.because for each in choice.routes)
    return {each.route: each.allowance for each in choice.routes}


def _why(route: Route, model: str, running: str, target: str, conditions: RouteConditions = IN_ORDER) -> str:
    return choose_route(model, running, target, MATRIX, conditions).of(route).reason


class TestReleases:
    @pytest.mark.parametrize(
        ("running", "target", "words"),
        [
            ("22.4R3", "22.4R3", "already running"),
            ("22.4R3.25", "22.4R3", "already running"),
            ("22.4R3", "23.2R1-EVO", "Evolved"),
            ("what", "23.2R1", "not a Junos release name"),
            ("22.4R3", "", "not a Junos release name"),
        ],
    )
    def test_nowhere_to_go_refuses_every_route(self, running: str, target: str, words: str) -> None:
        assert set(_answers(BIG, running, target).values()) == {REFUSED}
        assert words in _why(Route.DUAL_REBOOT, BIG, running, target)
        assert choose_route(BIG, running, target, MATRIX, IN_ORDER).best is None

    @pytest.mark.parametrize(
        ("running", "target", "direction"),
        [
            ("22.2R3", "22.4R1", Direction.UPGRADE),
            ("22.4R3.9", "22.4R3.25", Direction.UPGRADE),
            ("22.4R3", "22.2R3", Direction.DOWNGRADE),
            ("15.1X49-D170", "18.1R1", Direction.UPGRADE),  # other lines: by the first two numbers
            ("18.1R1", "15.1X49-D170", Direction.DOWNGRADE),
            ("12.1X46-D10", "12.1X47-D10", None),
            ("22.4R3", "22.4R3", None),
        ],
    )
    def test_the_direction(self, running: str, target: str, direction: Direction | None) -> None:
        assert choose_route(BIG, running, target, MATRIX, IN_ORDER).direction is direction

    def test_releases_of_which_nobody_knows_the_later_one_ask(self) -> None:
        assert _answers(BIG, "19.1X75-D10", "19.1X76-D10")[Route.DUAL_REBOOT] is ASK
        assert "which of" in _why(Route.DUAL_REBOOT, BIG, "19.1X75-D10", "19.1X76-D10")

    def test_a_daily_build_asks_where_issu_is_refused(self) -> None:
        answers = _answers(BIG, "22.4R3", "23.2-20240101.0")
        assert (answers[Route.ISSU], answers[Route.DUAL_REBOOT]) == (REFUSED, ASK)


class TestRules:
    def test_the_first_rule_in_scope_decides(self) -> None:
        assert _answers(SMALL, "22.2R3", "22.4R3")[Route.ICU] is ALLOWED
        assert _answers(BIG, "22.2R3", "22.4R3")[Route.ICU] is REFUSED

    def test_the_direction_is_a_part_of_the_scope(self) -> None:
        assert _answers(BIG, "22.2R3", "22.4R3")[Route.MINIMAL_DOWNTIME] is ALLOWED
        assert _answers(BIG, "22.4R3", "22.2R3")[Route.MINIMAL_DOWNTIME] is ASK

    def test_a_rule_that_may_hold_asks(self) -> None:
        assert "cannot tell" in _why(Route.MINIMAL_DOWNTIME, BIG, "19.1X75-D10", "19.1X76-D10")

    def test_issu_is_what_the_support_matrix_says(self) -> None:
        assert _answers(BIG, "22.2R3", "22.4R3")[Route.ISSU] is ALLOWED
        assert _answers(BIG, "22.4R3", "22.2R3")[Route.ISSU] is REFUSED
        assert _answers(SMALL, "22.2R3", "22.4R3")[Route.ISSU] is REFUSED
        assert _answers(BIG, "18.1R1", "24.2R1")[Route.ISSU] is ASK

    def test_an_unknown_model_asks_but_what_is_refused_stays_so(self) -> None:
        answers = _answers(OTHER, "22.2R3", "22.4R3")
        assert answers == {
            Route.ISSU: ASK,
            Route.MINIMAL_DOWNTIME: ASK,
            Route.DUAL_REBOOT: ASK,
            Route.ICU: REFUSED,
        }

    def test_without_rules_nothing_but_issu_is_allowed(self) -> None:
        """A matrix that an older version kept."""
        choice = choose_route(BIG, "22.2R3", "22.4R3", replace(MATRIX, routes=None), IN_ORDER)
        assert [each.allowance for each in choice.routes] == [ALLOWED, ASK, ASK, ASK]
        assert "no rule speaks of" in choice.of(Route.ICU).reason


class TestSpan:
    @pytest.mark.parametrize(("running", "target"), [("21.4R3", "23.2R1"), ("23.2R1", "21.4R3")])
    def test_too_far_in_one_step_asks_in_both_directions(self, running: str, target: str) -> None:
        assert _answers(BIG, running, target)[Route.DUAL_REBOOT] is ASK
        assert "in hops:" in _why(Route.DUAL_REBOOT, BIG, running, target)

    def test_a_pair_that_the_source_names_may_go_further(self) -> None:
        assert _answers(BIG, "18.1R1", "24.2R1")[Route.DUAL_REBOOT] is ALLOWED


class TestConditions:
    @pytest.mark.parametrize("route", [Route.DUAL_REBOOT, Route.MINIMAL_DOWNTIME])
    @pytest.mark.parametrize(("has_path", "answer"), [(None, ASK), (False, REFUSED), (True, ALLOWED)])
    def test_a_path_beside_the_cluster(self, route: Route, has_path: bool | None, answer: Allowance) -> None:
        conditions = replace(IN_ORDER, has_path_beside_cluster=has_path)
        answers = _answers(SMALL, "22.2R3", "22.4R3", conditions)
        assert answers[route] is answer
        assert answers[Route.ICU] is ALLOWED

    @pytest.mark.parametrize(("is_there", "answer"), [(None, ASK), (False, ASK), (True, ALLOWED)])
    def test_a_person_on_site(self, is_there: bool | None, answer: Allowance) -> None:
        conditions = replace(IN_ORDER, is_person_on_site=is_there)
        answers = _answers(BIG, "22.2R3", "22.4R3", conditions)
        assert (answers[Route.MINIMAL_DOWNTIME], answers[Route.DUAL_REBOOT]) == (answer, ALLOWED)

    @pytest.mark.parametrize(("is_staged", "answer"), [(None, ASK), (False, REFUSED), (True, ALLOWED)])
    def test_the_old_image_where_no_rollback_leads_back(
        self, is_staged: bool | None, answer: Allowance
    ) -> None:
        conditions = replace(IN_ORDER, is_old_image_staged=is_staged)
        choice = choose_route(SMALL, "22.4R3", "23.2R1", MATRIX, conditions)
        assert choice.of(Route.ICU).allowance is answer
        assert choice.of(Route.ICU).rollback is Rollback.NONE

    def test_the_old_image_does_not_matter_where_a_rollback_works(self) -> None:
        choice = choose_route(SMALL, "22.2R3", "22.4R3", MATRIX, replace(IN_ORDER, is_old_image_staged=False))
        assert choice.of(Route.ICU).allowance is ALLOWED
        assert choice.of(Route.ICU).rollback is Rollback.WORKS

    @pytest.mark.parametrize(("is_on", "answer"), [(None, ASK), (True, ASK), (False, ALLOWED)])
    def test_encryption_of_the_ha_link_before_a_downgrade(
        self, is_on: bool | None, answer: Allowance
    ) -> None:
        conditions = replace(IN_ORDER, is_ha_link_encrypted=is_on)
        assert _answers(BIG, "22.4R3", "22.2R3", conditions)[Route.DUAL_REBOOT] is answer
        assert _answers(BIG, "22.2R3", "22.4R3", conditions)[Route.DUAL_REBOOT] is ALLOWED

    def test_what_is_not_known_never_allows_what_needs_it(self) -> None:
        answers = _answers(BIG, "22.2R3", "22.4R3", RouteConditions())
        assert answers == {
            Route.ISSU: ALLOWED,
            Route.MINIMAL_DOWNTIME: ASK,
            Route.DUAL_REBOOT: ASK,
            Route.ICU: REFUSED,
        }

    def test_only_the_gravest_reasons_are_told(self) -> None:
        why = _why(Route.MINIMAL_DOWNTIME, BIG, "22.2R3", "22.4R3", RouteConditions())
        assert "not known whether" in why
        assert "rule says allowed" not in why
