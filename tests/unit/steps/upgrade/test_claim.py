"""Taking a cluster: what a recovery may take over, and what it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.errors import LeaseHeld, UpgradeClosed
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.own_commit import undo_lines
from srx_issu.domain.history.recovery_events import ClusterTakenOver
from srx_issu.domain.history.upgrade_state import known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import EvidenceRules, Purpose, SharedLimit
from srx_issu.domain.upgrade.traces import UNDO, trace_lines
from srx_issu.steps.upgrade.claim import TakeOver, claim
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import CLUSTER, intent
from tests.fakes.snapshots import N0, T0

SET = trace_lines(EvidenceRules())
RECOVERY = intent(upgrade_id="recover-1", purpose=Purpose.RECOVER)
ADA = TakeOver(who="ada", reason="node1 hangs", is_at_work=lambda _: False)


def held_for_an_operator() -> FakeUpgrade:
    fake = FakeUpgrade()
    fake.leases.take("conflict:core", "manual__1", 3600)
    fake.journal.close_upgrade("manual__1", Outcome.NEEDS_OPERATOR, "stuck", T0)
    return fake


def test_an_upgrade_at_work_is_not_taken_over_on_anybodys_word() -> None:
    fake = FakeUpgrade()
    with pytest.raises(LeaseHeld, match="manual__1"):
        claim(RECOVERY, fake.journal, fake.leases, T0, replace(ADA, is_at_work="manual__1".__eq__))


def test_not_even_when_it_needed_an_operator_and_was_started_anew() -> None:
    fake = held_for_an_operator()
    with pytest.raises(LeaseHeld):
        claim(RECOVERY, fake.journal, fake.leases, T0, replace(ADA, is_at_work=lambda _: True))


def test_what_a_dead_run_left_behind_is_taken_over_and_that_run_is_closed() -> None:
    fake = FakeUpgrade()
    claim(RECOVERY, fake.journal, fake.leases, T0, ADA)
    held, dead = fake.leases.holder("cluster:fw-1"), fake.journal.upgrade("manual__1")
    assert held is not None
    assert dead is not None
    assert (held.owner, dead.outcome) == ("recover-1", Outcome.NEEDS_OPERATOR)
    assert "taken over by ada" in str(dead.reason)


def test_a_lease_that_was_taken_for_a_run_to_come_is_left_alone() -> None:
    fake = FakeUpgrade()
    fake.leases.release("cluster:fw-1", "manual__1")
    fake.leases.take("cluster:fw-1", "campaign__fw-1", 3600)
    with pytest.raises(LeaseHeld, match="campaign__fw-1"):
        claim(RECOVERY, fake.journal, fake.leases, T0, ADA)


def test_what_waits_for_an_operator_is_not_taken_without_a_word() -> None:
    fake = held_for_an_operator()
    with pytest.raises(LeaseHeld):
        claim(RECOVERY, fake.journal, fake.leases, T0)


def test_what_waits_for_an_operator_is_taken_with_what_was_kept_beside_it_and_told() -> None:
    fake = held_for_an_operator()
    claim(RECOVERY, fake.journal, fake.leases, T0, ADA)
    held = fake.leases.holder("cluster:fw-1")
    assert held is not None
    assert held.owner == "recover-1"
    assert fake.leases.holder("conflict:core") is None
    assert fake.texts(EntryKind.APPROVAL) == ["taken over by ada for the recovery recover-1: node1 hangs"]
    mine = [e.event for e in fake.journal.entries("recover-1") if e.kind is EntryKind.APPROVAL]
    assert mine == [ClusterTakenOver(by="ada", from_upgrade="manual__1")]


def test_a_commit_of_a_dead_run_is_taken_over_whatever_ends_the_claim_in_between() -> None:
    fake = FakeUpgrade()
    order = CommandIntended(
        sending=Sending.TRACE, node=N0, command=f"commit: {'; '.join(SET)}", permit_id="p1", undo=UNDO
    )
    fake.happened(order, "commit")
    fake.clock.sleep(60)
    release = fake.leases.release

    def killed(resource: str, owner: str) -> None:
        release(resource, owner)
        raise KeyboardInterrupt

    fake.leases.release = killed  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        claim(RECOVERY, fake.journal, fake.leases, T0, ADA)
    fake.leases.release = release  # type: ignore[method-assign]
    claim(RECOVERY, fake.journal, fake.leases, T0, ADA)
    assert undo_lines(known(fake.journal.entries("recover-1"))) == UNDO


def test_a_recovery_that_is_refused_behind_the_take_over_tells_the_lines() -> None:
    fake = FakeUpgrade()
    fake.happened(
        CommandIntended(sending=Sending.TRACE, node=N0, command="commit", permit_id="p1", undo=UNDO), "commit"
    )
    fake.clock.sleep(60)
    fake.leases.take("conflict:core", "manual__2", 3600)
    cluster = replace(CLUSTER, conflict_groups=frozenset({"core"}))
    with pytest.raises(LeaseHeld):
        claim(replace(RECOVERY, cluster=cluster), fake.journal, fake.leases, T0, ADA)
    refused = fake.journal.upgrade("recover-1")
    assert refused is not None
    assert UNDO[0] in str(refused.reason)


def test_the_lease_of_a_dead_controller_is_taken_when_it_has_run_out() -> None:
    fake = FakeUpgrade()
    fake.clock.sleep(7200)
    claim(RECOVERY, fake.journal, fake.leases, T0)
    held = fake.leases.holder("cluster:fw-1")
    assert held is not None
    assert held.owner == "recover-1"


def test_an_upgrade_that_is_closed_takes_nothing_again() -> None:
    fake = FakeUpgrade()
    fake.journal.close_upgrade("manual__1", Outcome.REFUSED, "ada said no", T0)
    fake.leases.release("cluster:fw-1", "manual__1")
    with pytest.raises(UpgradeClosed, match="recover fw-1 --take-over") as closed:
        claim(fake.intent, fake.journal, fake.leases, T0)
    assert closed.value.outcome == "REFUSED"
    assert fake.leases.holder("cluster:fw-1") is None


def test_one_that_finds_its_cluster_taken_is_closed_at_once_and_holds_nothing() -> None:
    fake = FakeUpgrade()
    late = intent(upgrade_id="manual__2", cluster=replace(CLUSTER, conflict_groups=frozenset({"core"})))
    fake.leases.take("site:ber#1", "manual__2", 3600)  # taken by its campaign before the run existed
    with pytest.raises(LeaseHeld):
        claim(late, fake.journal, fake.leases, T0)
    record = fake.journal.upgrade("manual__2")
    assert record is not None
    assert record.outcome is Outcome.REFUSED
    assert "manual__1" in str(record.reason)
    assert fake.leases.held_by("manual__2") == ()


def test_one_that_has_asked_for_its_issu_and_lost_its_cluster_is_for_a_person() -> None:
    fake = FakeUpgrade().with_baseline().with_start()
    fake.leases.release("cluster:fw-1", "manual__1")
    fake.leases.take("cluster:fw-1", "other", 3600)
    with pytest.raises(UpgradeClosed, match="had been asked for before: look at both nodes") as closed:
        claim(fake.intent, fake.journal, fake.leases, T0)
    record = fake.journal.upgrade("manual__1")
    assert record is not None
    assert record.outcome is Outcome.NEEDS_OPERATOR
    assert closed.value.outcome == "NEEDS_OPERATOR"  # what the run says is what the journal says


def crowded(fake: FakeUpgrade) -> None:
    """After an outage of everything, longer than a lease: another upgrade has the site's only place."""
    claim(fake.intent, fake.journal, fake.leases, T0)
    fake.clock.sleep(2 * fake.intent.policy.timers.lease_s)
    fake.leases.take("site:fra1#1", "run-b", 3600)


def test_an_issu_under_way_is_claimed_again_though_its_place_at_the_site_is_taken() -> None:
    """Clearing any task of the run clears its setup."""
    fake = FakeUpgrade(intent=intent(shared_limits=(SharedLimit(resource="site:fra1", places=1),)))
    crowded(fake)
    fake.with_start()
    claim(fake.intent, fake.journal, fake.leases, T0)
    assert fake.outcome is None
    held = fake.leases.holder("cluster:fw-1")
    assert held is not None
    assert held.expires_at > fake.clock.now()


def test_what_has_not_begun_still_needs_its_place() -> None:
    fake = FakeUpgrade(intent=intent(shared_limits=(SharedLimit(resource="site:fra1", places=1),)))
    crowded(fake)
    with pytest.raises(LeaseHeld, match="all 1 places are taken"):
        claim(fake.intent, fake.journal, fake.leases, T0)
