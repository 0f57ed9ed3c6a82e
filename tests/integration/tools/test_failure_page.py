"""docs/failure-scenarios.md says what the table of scenarios says."""

from __future__ import annotations

from tools.failure_page import PAGE, page


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it again: make pages"
