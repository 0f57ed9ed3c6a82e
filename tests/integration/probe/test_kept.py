"""A probe that a run of the DAG keeps: a bundle, a summary, and the audit's column."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from srx_issu.adapters.clock import SystemClock
from srx_issu.domain.audit import ProbeSummary, probe_cell
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.verdict import Status
from srx_issu.ports import codec
from srx_issu.probe.kept import KeptProbe, probe_and_keep
from tests.fakes.audits import MemoryAudits
from tests.integration.lab.conftest import ServedLab
from tests.integration.probe.probed import HeldLease, request_of

pytestmark = pytest.mark.filterwarnings("default")


def keep(lab: ServedLab, audits: MemoryAudits, lease: HeldLease) -> KeptProbe:
    return probe_and_keep(
        request_of(lab),
        "probe__manual__1",
        leases=lease,
        audits=audits,
        clock=SystemClock(),
        made_by="test",
        progress=lambda _: None,
    )


def test_bundle_and_summary_are_kept_and_the_audit_shows_them(serve_lab: Callable[..., ServedLab]) -> None:
    lab, audits = serve_lab(), MemoryAudits()
    lab.inject("rg1_priority_zero", node="node1")
    kept = keep(lab, audits, HeldLease(-60))
    assert kept.bundle_id == "probe__manual__1/bundle.json"
    assert b"c1-n0" not in audits.read(kept.bundle_id)
    (newest,) = audits.newest("c1.probe.json")
    summary = codec.loads(ProbeSummary, audits.read(newest))
    assert summary == kept.summary
    cell = probe_cell(summary)
    assert (cell.check, cell.status) == ("probe", Status.FAIL)
    assert "NOT READY: 1 to put right, 0 to look at" in cell.text
    assert "RG1 on node1 has priority 0" in cell.text


def test_nothing_is_asked_or_kept_while_an_upgrade_has_the_cluster(
    serve_lab: Callable[..., ServedLab],
) -> None:
    lab, audits = serve_lab(), MemoryAudits()
    with pytest.raises(RequestRefused, match="upgrade manual__7 has c1"):
        keep(lab, audits, HeldLease(1e9))
    assert (audits.opened, audits.files) == ([], {})
    events = lab.ask(do="events", cluster="c1")["events"]
    assert not [event for event in events if event["event"] == "logged_in"]


def test_a_cluster_that_was_never_probed_is_no_finding() -> None:
    assert probe_cell(None).status is Status.SKIPPED
    found = ProbeSummary(
        cluster="c1", probed_at=datetime(2026, 3, 1, tzinfo=UTC), is_ready=True, verdict="READY"
    )
    assert probe_cell(found).status is Status.PASS
    assert probe_cell(found).text == "READY (2026-03-01 00:00 UTC)"
