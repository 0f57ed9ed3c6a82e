"""pytest plugin: in CI (CI=true) a skipped test fails the run, and the closing summary says which and why."""

from __future__ import annotations

import os

import pytest


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and exitstatus == pytest.ExitCode.OK and os.environ.get("CI", "").lower() == "true":
        reporter.section("Skipped in CI, where everything must run", red=True)
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            reporter.line(f"{report.nodeid}: {reason}")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
