from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import RequestRefused, SessionLost, UnknownCommand
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.devices import Started, StartReport
from srx_issu.steps.upgrade.start_issu import NeedsKeptSession, start_issu
from tests.fakes.approvals import PASSED
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import POLICY, intent
from tests.fakes.snapshots import N0, NEW, OLD, T0, both, silent, snapshot, view


def ready() -> FakeUpgrade:
    return FakeUpgrade().with_baseline().ready_and_approved()


def run(fake: FakeUpgrade) -> dict[str, object]:
    return dict(start_issu(fake.context("issu.start")))


def refused(started: Started, words: str = "") -> StartReport:
    return StartReport(started=started, method=StartMethod.SHELL, words=words)


@pytest.mark.parametrize(
    ("fake", "words"),
    [
        (FakeUpgrade().with_baseline(), "no passed readiness assessment"),
        (FakeUpgrade(intent=intent(window_end=(T0 + timedelta(minutes=5)).isoformat())), "window ends"),
        (FakeUpgrade(intent=intent(window_start=(T0 + timedelta(hours=9)).isoformat())), "window opens"),
    ],
)
def test_nothing_is_sent_while_a_condition_is_missing(fake: FakeUpgrade, words: str) -> None:
    if "window" in words:
        fake.with_baseline().ready_and_approved()
    with pytest.raises(RequestRefused, match=words):
        run(fake)
    assert fake.writer.starts == []
    assert fake.outcome is Outcome.REFUSED


def test_a_readiness_marked_by_hand_is_no_approval() -> None:
    fake = FakeUpgrade().with_baseline()
    fake.happened(PASSED, "ready")
    with pytest.raises(RequestRefused, match="0 of 1 approvals"):
        run(fake)
    assert fake.writer.starts == []


def test_a_lost_lease_stops_the_start() -> None:
    fake = ready()
    fake.leases.release("cluster:fw-1", "manual__1")
    fake.leases.take("cluster:fw-1", "other", 60)
    with pytest.raises(RequestRefused, match="held by other"):
        run(fake)
    assert fake.writer.starts == []


def test_starts_once_on_the_rg0_primary_and_journals_before_and_after() -> None:
    fake = ready()
    facts = run(fake)
    assert fake.writer.starts == [(N0, StartMethod.SHELL)]
    assert facts["started"] == "accepted"
    kinds = [e.kind for e in fake.journal.entries("manual__1")]
    assert kinds.index(EntryKind.ACTION_INTENDED) < kinds.index(EntryKind.ACTION_SENT)
    begun = fake.known().start
    assert begun is not None
    assert begun.transcript_path is not None


def test_a_killed_worker_that_had_sent_it_attaches_when_tried_again() -> None:
    fake = ready()
    run(fake)
    fake.reader.now = both(OLD, NEW)
    assert run(fake) == {"attached": True, "phase": "COLD_SYNCED"}
    assert len(fake.writer.starts) == 1


def test_a_retry_before_anything_shows_is_stopped_by_the_marker_on_the_node() -> None:
    fake = ready()
    run(fake)
    run(fake)
    assert len(fake.writer.starts) == 1


def test_a_worker_killed_before_it_sent_sends_when_tried_again() -> None:
    fake = ready()
    fake.writer.start = [SessionLost("node0", "cut")]
    with pytest.raises(SessionLost):
        run(fake)
    fake.writer.marker.clear()  # the request never reached the node
    run(fake)
    assert [n for n, _ in fake.writer.starts] == [NodeName.NODE0, NodeName.NODE0]


def test_an_account_without_shell_goes_by_rpc_once_where_policy_says_so() -> None:
    fake = FakeUpgrade(intent=intent(policy=replace(POLICY, start_method=StartMethod.AUTO)))
    fake.with_baseline().ready_and_approved()
    fake.writer.has_shell = False
    fake.writer.start = [StartReport(started=Started.UNKNOWN, method=StartMethod.RPC, words="timed out")]
    assert run(fake)["started"] == "unknown"
    assert run(fake)["attached"] is True
    assert fake.writer.starts == [(N0, StartMethod.RPC)]


@pytest.mark.parametrize("method", [StartMethod.RPC, StartMethod.AUTO])
def test_where_the_session_ends_with_the_step_nothing_goes_by_rpc(method: StartMethod) -> None:
    fake = FakeUpgrade(intent=intent(policy=replace(POLICY, start_method=method)))
    fake.with_baseline().ready_and_approved()
    context = replace(fake.context("issu.start"), keeps_sessions=False)
    assert isinstance(start_issu(context), NeedsKeptSession)
    assert fake.writer.starts == []
    assert fake.known().start is None


def test_the_default_needs_no_kept_session() -> None:
    fake = ready()
    assert not isinstance(
        start_issu(replace(fake.context("issu.start"), keeps_sessions=False)), NeedsKeptSession
    )
    assert fake.writer.starts == [(N0, StartMethod.SHELL)]


def test_without_a_shell_nothing_is_sent_unless_policy_says_how() -> None:
    fake = ready()
    fake.writer.has_shell = False
    with pytest.raises(UnknownCommand):
        run(fake)
    assert fake.writer.starts == []


def test_policy_rpc_never_opens_a_shell() -> None:
    fake = FakeUpgrade(intent=intent(policy=replace(POLICY, start_method=StartMethod.RPC)))
    fake.with_baseline().ready_and_approved()
    run(fake)
    assert fake.writer.starts == [(N0, StartMethod.RPC)]


def test_the_nodes_refusal_is_the_reason() -> None:
    fake = ready()
    fake.writer.start = [refused(Started.REFUSED, "warning: ISSU in progress")]
    with pytest.raises(RequestRefused, match="ISSU in progress"):
        run(fake)
    assert fake.texts(EntryKind.ACTION_REFUSED) == ["warning: ISSU in progress"]


def test_a_cluster_that_became_current_meanwhile_is_left_alone() -> None:
    fake = ready()
    fake.reader.now = both(NEW, NEW)
    with pytest.raises(RequestRefused, match="nothing to start"):
        run(fake)
    assert fake.writer.starts == []


def test_a_node_that_fell_silent_meanwhile_stops_the_start() -> None:
    fake = ready()
    fake.reader.now = snapshot(view(N0), silent(N0.peer))
    with pytest.raises(RequestRefused, match="node1 does not answer"):
        run(fake)
    assert fake.writer.starts == []
