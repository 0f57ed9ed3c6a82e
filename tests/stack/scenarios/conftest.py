"""The table of failure scenarios, and whatever else is to be read at a session's end."""

from __future__ import annotations

import pytest

from tests.stack.scenarios.players import selected
from tools.failure_page import table_lines

_SECTIONS: dict[str, list[str]] = {}  # title -> lines, for the end of the session


@pytest.fixture(scope="session")
def sections() -> dict[str, list[str]]:
    """Where a test puts what is to be read at the end."""
    return _SECTIONS


def pytest_collection_finish(session: pytest.Session) -> None:
    if scenarios := selected(session.items):
        _SECTIONS["Failure scenarios, as asserted"] = list(table_lines(scenarios))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for title, lines in _SECTIONS.items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(line)
