"""Reports as a browser sees them: nothing is fetched, nothing complains, and they work without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from srx_issu.domain.errors import RequestRefused
from srx_issu.report import build_report
from srx_issu.report.audit import build_audit_report
from tests.integration.adapters.journal.samples import make_intent
from tests.integration.report.samples import Sample, good, stopped
from tests.unit.steps.audit.test_audit import Fleet, audited


@dataclass(kw_only=True)
class Seen:
    """What the browser had to say about one page."""

    headings: list[str]
    complaints: list[str] = field(default_factory=list)  # console messages and errors
    fetched: list[str] = field(default_factory=list)  # besides the page itself


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium; a container runs as root, where Chromium's own sandbox cannot."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield running
        running.close()


def opened(browser: Browser, page_file: Path) -> Seen:
    context = browser.new_context(offline=True)
    page, seen = context.new_page(), Seen(headings=[])
    page.on("console", lambda message: seen.complaints.append(message.text))
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("requestfailed", lambda request: seen.complaints.append(f"failed: {request.url}"))
    page.on("request", lambda request: seen.fetched.append(request.url))
    page.goto(page_file.as_uri())
    seen.headings = page.locator("h2").all_inner_texts()
    seen.fetched.remove(page_file.as_uri())
    context.close()
    return seen


@pytest.mark.parametrize("sample", [good(), stopped()], ids=["upgraded", "stopped"])
def test_a_report_works_offline_and_without_complaint(
    sample: Sample, browser: Browser, tmp_path: Path
) -> None:
    page_file = tmp_path / "report.html"
    report = build_report(sample.record, make_intent(), sample.entries, sample.documents)
    page_file.write_text(report.html, encoding="utf-8")
    seen = opened(browser, page_file)
    assert (seen.complaints, seen.fetched) == ([], [])
    assert {"Timeline", "Evidence"} <= set(seen.headings)


def test_an_audits_page_says_first_what_is_not_ready(browser: Browser, tmp_path: Path) -> None:
    fleet = Fleet()
    fleet.cases["fw-b"] = RequestRefused("connection srx_berlin: no user name (Login)")
    page_file = tmp_path / "readiness.html"
    page_file.write_text(build_audit_report(audited(fleet), None).html, encoding="utf-8")
    seen = opened(browser, page_file)
    assert (seen.complaints, seen.fetched) == ([], [])
    assert seen.headings == [
        "Readiness of the fleet",
        "Not ready, and why",
        "Since the last audit",
        "Clusters and checks",
    ]
