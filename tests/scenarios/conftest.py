"""One set of players for the whole session, and the table at its end."""

from __future__ import annotations

import os

import pytest

from tests.airflow.running_stack import RunningStack
from tests.scenarios.failure_page import table_lines
from tests.scenarios.failure_table import TABLE
from tests.scenarios.players import Players

# Eleven minutes of killing and starting again: ``make test-crashes``, not ``make test``.
collect_ignore = [] if os.environ.get("SRX_ISSU_CRASHES") else ["test_crashes.py"]

_SECTIONS: dict[str, list[str]] = {}  # title -> lines, for the end of the session


@pytest.fixture(scope="session")
def sections() -> dict[str, list[str]]:
    """Where a test puts what is to be read at the end."""
    return _SECTIONS


@pytest.fixture(scope="session")
def players(stack: RunningStack, request: pytest.FixtureRequest, sections: dict[str, list[str]]) -> Players:
    """Of the scenarios that were asked for."""
    asked = {item.callspec.id for item in request.session.items if hasattr(item, "callspec")}
    scenarios = [scenario for scenario in TABLE if scenario.name in asked]
    sections["Failure scenarios, as asserted"] = list(table_lines(scenarios))
    return Players.of(stack, scenarios)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for title, lines in _SECTIONS.items():
        terminalreporter.section(title)
        for line in lines:
            terminalreporter.line(line)
