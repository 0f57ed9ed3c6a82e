"""What upgrades hold together: two that must not run at once cannot, whoever started them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.errors import LeaseHeld, RequestRefused
from srx_issu.domain.history.events import OutcomeDecided
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent, SharedLimit
from srx_issu.ports.journal import PERMIT_S
from srx_issu.steps.leases import needs_of, renew_all, take_all
from srx_issu.steps.upgrade.claim import claim
from srx_issu.steps.upgrade.close import close
from srx_issu.steps.upgrade.decide_outcome import decide_outcome
from srx_issu.steps.upgrade.release_cluster import release_cluster
from srx_issu.steps.upgrade.start_issu import start_issu
from tests.fakes.contexts import FakeUpgrade
from tests.fakes.intents import CLUSTER, intent
from tests.fakes.memory import MemoryJournal, MemoryLeases, SteppingClock
from tests.fakes.snapshots import T0

SITE = SharedLimit(resource="site:ber", places=2)


def upgrade(name: str, *groups: str, shared: tuple[SharedLimit, ...] = ()) -> Intent:
    cluster = replace(CLUSTER, name=name, conflict_groups=frozenset(groups))
    return intent(upgrade_id=f"run-{name}", cluster=cluster, shared_limits=shared)


def held(leases: MemoryLeases) -> dict[str, str]:
    return {resource: lease.owner for resource, lease in leases.held.items()}


def test_a_conflict_group_is_taken_with_the_cluster_and_refuses_the_second() -> None:
    journal, leases = MemoryJournal(), MemoryLeases()
    claim(upgrade("a", "core", "edge"), journal, leases, T0)
    with pytest.raises(LeaseHeld, match="conflict:edge is held by run-a"):
        claim(upgrade("b", "aggregation", "edge"), journal, leases, T0)
    assert held(leases) == dict.fromkeys(("cluster:a", "conflict:core", "conflict:edge"), "run-a")
    assert journal.entries("run-b")[-1].event == OutcomeDecided(outcome=Outcome.REFUSED)


def test_only_as_many_as_there_are_places_work_at_a_site() -> None:
    clock = SteppingClock()
    leases = MemoryLeases(clock)
    for name in ("a", "b"):
        take_all(needs_of(upgrade(name, shared=(SITE,))), f"run-{name}", leases, 60)
    with pytest.raises(LeaseHeld, match="site:ber: all 2 places are taken"):
        take_all(needs_of(upgrade("c", shared=(SITE,))), "run-c", leases, 60)
    assert "cluster:c" not in leases.held
    clock.sleep(61 + PERMIT_S)
    take_all(needs_of(upgrade("c", shared=(SITE,))), "run-c", leases, 60)
    assert held(leases)["site:ber#1"] == "run-c"


def test_taking_again_keeps_ones_own_place() -> None:
    leases = MemoryLeases()
    take_all(needs_of(upgrade("a", shared=(SITE,))), "run-a", leases, 60)
    take_all(needs_of(upgrade("b", shared=(SITE,))), "run-b", leases, 600)
    leases.release("site:ber#1", "run-a")
    take_all(needs_of(upgrade("b", shared=(SITE,))), "run-b", leases, 600)
    assert [lease.resource for lease in leases.held_by("run-b")] == ["cluster:b", "site:ber#2"]


def test_a_claim_that_fails_keeps_what_the_campaign_had_taken_for_it() -> None:
    leases = MemoryLeases()
    leases.take("cluster:a", "run-a", 60)
    leases.take("conflict:core", "other", 60)
    with pytest.raises(LeaseHeld):
        take_all(needs_of(upgrade("a", "core")), "run-a", leases, 60)
    assert held(leases) == {"cluster:a": "run-a", "conflict:core": "other"}


def test_renewing_renews_everything_and_notices_what_was_lost() -> None:
    leases, wanted = MemoryLeases(), upgrade("a", "core", shared=(SITE,))
    take_all(needs_of(wanted), "run-a", leases, 60)
    renew_all(wanted, leases, 600)
    assert {lease.expires_at for lease in leases.held.values()} == {T0 + timedelta(seconds=600)}
    leases.held.pop("conflict:core")
    leases.take("conflict:core", "other", 60)
    with pytest.raises(LeaseHeld, match="conflict:core is held by other"):
        renew_all(wanted, leases, 600)


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [(Outcome.ROLLED_BACK, []), (Outcome.NEEDS_OPERATOR, ["cluster:fw-1", "conflict:core"])],
)
def test_a_cluster_that_needs_a_person_keeps_itself_and_its_conflict_groups(
    outcome: Outcome, kept: list[str]
) -> None:
    cluster = replace(CLUSTER, conflict_groups=frozenset({"core"}))
    fake = FakeUpgrade(intent=intent(cluster=cluster, shared_limits=(SITE,)))
    take_all(needs_of(fake.intent), fake.intent.upgrade_id, fake.leases, 3600)
    context = fake.context("close")
    decide_outcome(context, outcome, "as scripted")
    close(context, [])
    assert sorted(fake.leases.held) == kept
    if kept:
        release_cluster("fw-1", "seen to", "ada", fake.journal, fake.leases, T0)
        assert fake.leases.held == {}


def test_nothing_is_sent_without_the_conflict_groups_lease() -> None:
    cluster = replace(CLUSTER, conflict_groups=frozenset({"core"}))
    fake = FakeUpgrade(intent=intent(cluster=cluster)).with_baseline().ready_and_approved()
    with pytest.raises(RequestRefused, match="conflict:core is held by nobody"):
        start_issu(fake.context("issu.start"))
    assert fake.writer.starts == []


def test_nothing_is_sent_while_the_fleet_is_stopped() -> None:
    fake = FakeUpgrade().with_baseline().ready_and_approved()
    context = replace(fake.context("issu.start"), stopped=lambda: "stopped by eve: incident")
    with pytest.raises(RequestRefused, match="stopped by eve: incident; nothing was sent"):
        start_issu(context)
    assert fake.writer.starts == []
