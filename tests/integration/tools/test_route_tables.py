"""The tables of docs/routes.md and the golden file are those of the shipped policy."""

from __future__ import annotations

from tools import route_golden, route_page

AGAIN = "write it again: make pages, and read what has changed"


def test_the_tables_of_the_page_are_current() -> None:
    page = route_page.PAGE.read_text(encoding="utf-8")
    assert route_page.with_tables(page) == page, AGAIN


def test_the_answers_for_all_models_and_forty_releases_are_as_recorded() -> None:
    assert len(set(route_golden.RELEASES)) == 40
    recorded = route_golden.GOLDEN.read_text(encoding="utf-8").splitlines()
    assert list(route_golden.golden().splitlines()) == recorded, AGAIN
