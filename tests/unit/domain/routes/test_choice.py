"""What is proposed, what a person may take instead, and how it is told to whoever approves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.routes.choice import RouteChoice
from srx_issu.domain.routes.choose import choose_route
from srx_issu.domain.routes.conditions import RouteConditions
from srx_issu.domain.routes.describe import outage_words, route_words
from srx_issu.domain.routes.route import FACTS
from srx_issu.domain.upgrade.route import Route
from tests.unit.domain.routes.rules import BIG, IN_ORDER, MATRIX, OTHER, ROUTES, SMALL


def _choice(model: str, running: str, target: str, conditions: RouteConditions = IN_ORDER) -> RouteChoice:
    return choose_route(model, running, target, MATRIX, conditions)


class TestBest:
    def test_allowed_comes_first_and_the_gentlest_of_them(self) -> None:
        order = [each.route for each in _choice(SMALL, "22.2R3", "22.4R3").routes]
        assert order == [Route.ICU, Route.MINIMAL_DOWNTIME, Route.DUAL_REBOOT, Route.ISSU]

    def test_a_rougher_route_that_is_allowed_comes_before_a_gentler_one_that_asks(self) -> None:
        best = _choice(BIG, "22.4R3", "22.2R3").best
        assert best is not None
        assert best.route is Route.DUAL_REBOOT

    def test_where_none_is_allowed_the_gentlest_that_asks(self) -> None:
        best = _choice(OTHER, "22.2R3", "22.4R3").best
        assert best is not None
        assert best.route is Route.ISSU


class TestTake:
    def test_never_what_is_refused(self) -> None:
        choice = _choice(SMALL, "22.2R3", "22.4R3")
        with pytest.raises(RequestRefused, match=r"ISSU .* is refused: ICU only"):
            choice.take(Route.ISSU, "I know better")

    def test_nothing_where_all_are_refused(self) -> None:
        with pytest.raises(RequestRefused, match="already running"):
            _choice(BIG, "22.4R3", "22.4R3").take(reason="please")

    @pytest.mark.parametrize("reason", ["", "  "])
    def test_what_asks_only_with_a_reason(self, reason: str) -> None:
        choice = _choice(BIG, "22.4R3", "22.2R3")
        with pytest.raises(RequestRefused, match="needs a person's reason: rule says ask"):
            choice.take(Route.MINIMAL_DOWNTIME, reason)
        assert choice.take(Route.MINIMAL_DOWNTIME, "JTAC 2027-1").route is Route.MINIMAL_DOWNTIME

    def test_another_that_is_allowed_without_one(self) -> None:
        choice = _choice(SMALL, "22.2R3", "22.4R3")
        assert choice.take(Route.DUAL_REBOOT).route is Route.DUAL_REBOOT
        assert choice.take() is choice.best


class TestWords:
    def test_the_proposed_route_in_full_and_the_others_in_a_line(self) -> None:
        lines = route_words(_choice(BIG, "22.4R3", "22.2R3"))
        assert lines[0] == "Route: dual reboot: allowed, because rule says allowed [page]"
        assert "Traffic stops: no figure is known [page]" in lines
        assert any("approve the loss of traffic" in line for line in lines)
        assert any(line.startswith("Needed: encryption of the HA link is off") for line in lines)
        others = lines[lines.index("Other routes:") + 1 :]
        assert [line.split(":")[0].strip() for line in others] == [
            "minimal downtime (KB17947)",
            "ISSU (in-service software upgrade)",
            "ICU (in-band cluster upgrade)",
        ]

    def test_a_route_that_was_taken_instead(self) -> None:
        choice = _choice(SMALL, "22.2R3", "22.4R3")
        lines = route_words(choice, choice.take(Route.DUAL_REBOOT))
        assert lines[0].startswith("Route: dual reboot: allowed")
        assert "Traffic stops: about 300 s [page]" in lines
        assert not any("downgrade" in line for line in lines)

    def test_no_route(self) -> None:
        lines = route_words(_choice(BIG, "22.4R3", "22.4R3"))
        assert lines[0] == "No route may be taken."
        assert len(lines) == 2 + len(Route)

    def test_where_no_rollback_leads_back(self) -> None:
        lines = route_words(_choice(SMALL, "22.4R3", "23.2R1"))
        assert "Instead of any rollback: 'request system software add' of the old image" in lines

    def test_a_cost_that_is_not_there(self) -> None:
        assert outage_words(ROUTES.cost(Route.ICU, SMALL)) == "not known: policy/routes.yaml has no entry"


def test_every_route_says_what_it_is() -> None:
    assert set(FACTS) == set(Route)
    assert all(facts.course and facts.preconditions and facts.undone_by for facts in FACTS.values())


def test_what_is_kept_of_one_model_answers_the_same() -> None:
    """An upgrade keeps the rules of its model only."""
    for model in (BIG, SMALL, OTHER):
        whole, kept = MATRIX, MATRIX.about(model)
        for conditions in (IN_ORDER, RouteConditions(), replace(IN_ORDER, is_old_image_staged=None)):
            for pair in (("22.4R3", "23.2R1"), ("22.4R3", "22.2R1"), ("18.1R1", "24.2R1")):
                assert choose_route(model, *pair, kept, conditions) == choose_route(
                    model, *pair, whole, conditions
                )
