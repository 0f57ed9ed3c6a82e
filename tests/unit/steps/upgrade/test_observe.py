"""A recovery's first look: whose baseline, which starter, which target."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.rows import Module
from srx_issu.domain.cluster.state import PerNode, Rows
from srx_issu.domain.errors import LeaseHeld
from srx_issu.domain.history.command_events import CommandIntended, CommandSent, Sending
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import Event
from srx_issu.domain.history.recovery_events import ClusterHandedOver, ClusterReleased
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.found import NOT_KNOWN
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.steps.baseline import baseline, course_of, intent_of
from srx_issu.steps.upgrade.claim import TakeOver, claim, permits_left_s
from srx_issu.steps.upgrade.observe import observe, observe_again
from tests.fakes.contexts import FakeUpgrade, start_intended
from tests.fakes.intents import IMAGE, intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0, both

UNTOLD = replace(IMAGE, release=NOT_KNOWN)


def recovery(image: object = UNTOLD) -> FakeUpgrade:
    """Of a cluster that stands half way."""
    fake = FakeUpgrade(intent=intent(upgrade_id="recover-1", purpose=Purpose.RECOVER, image=image))
    fake.reader.now = both(OLD, NEW)
    return fake


def with_earlier(fake: FakeUpgrade, outcome: Outcome | None = None) -> FakeUpgrade:
    """An upgrade of ours that asked node1 for the ISSU, from a baseline when both nodes ran the old one."""
    earlier = FakeUpgrade(journal=fake.journal, evidence=fake.evidence).with_baseline()
    earlier.happened(start_intended(N1, transcript="/t"), "start")
    if outcome:
        fake.journal.close_upgrade("manual__1", outcome, "because", T0)
    return fake


def happened_to_earlier(fake: FakeUpgrade, event: Event, text: str) -> None:
    fake.journal.record("manual__1", entry_of(event, text, at=T0, step="test"))


def test_a_cluster_upgraded_by_hand_is_its_own_baseline() -> None:
    fake = recovery()
    observe(fake.context("observe"))
    so_far = fake.known()
    assert so_far.start is not None
    assert (so_far.start.starter, so_far.start.transcript_path) == (N0, None)
    assert baseline(so_far, fake.evidence) == fake.reader.now
    entries = fake.journal.entries("recover-1")
    assert not [e for e in entries if isinstance(e.event, CommandIntended)]


def test_the_target_that_was_found_becomes_the_intents() -> None:
    fake = recovery()
    observe(fake.context("observe"))
    now = intent_of(fake.journal, "recover-1")
    assert now.image.release == NEW
    assert course_of(fake.known(), fake.evidence, now).target == NEW


@pytest.mark.parametrize(
    ("node0", "node1", "software"),
    [
        ("SRX5k RE-2000x6", "SRX5k RE-2000x6", SoftwareFamily.VMHOST),
        ("SRX5k RE-1800X4", "SRX5k RE-1800X4", SoftwareFamily.SYSTEM),
        ("SRX5k RE-2000x6", "SRX5k RE-1800X4", SoftwareFamily.SYSTEM),  # as the inventory says
        ("SRX5k RE-9000x9", "SRX5k RE-9000x9", SoftwareFamily.SYSTEM),
    ],
)
def test_which_software_the_nodes_take_is_read_from_their_routing_engines(
    node0: str, node1: str, software: SoftwareFamily
) -> None:
    fake = recovery()
    platform = Platform(
        model=fake.intent.cluster.model,
        in_service=InService.ISSU,
        reason="guide",
        routing_engines={"RE3": SoftwareFamily.VMHOST},
    )
    support = SupportMatrix(platforms={platform.model: platform})
    told = intent(upgrade_id="recover-1", purpose=Purpose.RECOVER, image=UNTOLD, support=support)
    fake = FakeUpgrade(intent=told)
    fake.reader.now = both(OLD, NEW)
    shown = [Rows(rows=(Module(place="Routing Engine 0", kind=kind),)) for kind in (node0, node1)]
    fake.state = replace(fake.state, modules=PerNode(node0=shown[0], node1=shown[1]))
    observe(fake.context("observe"))
    assert intent_of(fake.journal, "recover-1").software is software


def test_goes_on_from_the_upgrade_of_a_dead_controller() -> None:
    fake = with_earlier(recovery())
    observe(fake.context("observe"))
    so_far = fake.known()
    assert so_far.start is not None
    assert (so_far.start.starter, so_far.start.transcript_path) == (N1, "/t")
    assert baseline(so_far, fake.evidence) == both()


def test_and_from_one_that_needs_an_operator_though_it_was_taken_over() -> None:
    fake = with_earlier(recovery(), Outcome.NEEDS_OPERATOR)
    happened_to_earlier(fake, ClusterHandedOver(by="ada"), "ada")
    assert observe(fake.context("observe"))["earlier"] is True


def test_not_from_one_that_came_to_its_end_or_was_given_back() -> None:
    assert observe(with_earlier(recovery(), Outcome.ROLLED_BACK).context("observe"))["earlier"] is False
    fake = with_earlier(recovery(), Outcome.NEEDS_OPERATOR)
    happened_to_earlier(fake, ClusterReleased(by="ada"), "in order")
    assert observe(fake.context("observe"))["earlier"] is False


def test_from_one_that_was_closed_as_refused_though_its_start_was_sent() -> None:
    fake = with_earlier(recovery(), Outcome.REFUSED)
    assert observe(fake.context("observe"))["earlier"] is False  # nothing was sent: it has no ISSU to lend
    fake = with_earlier(recovery())
    happened_to_earlier(fake, CommandSent(sending=Sending.START, node=N1), "accepted")
    fake.journal.close_upgrade("manual__1", Outcome.REFUSED, "ada refused the start", T0)
    assert observe(fake.context("observe"))["earlier"] is True
    assert baseline(fake.known(), fake.evidence) == both()


@pytest.mark.parametrize("closed", [None, Outcome.NEEDS_OPERATOR])
def test_a_take_over_goes_on_at_once_from_the_old_baseline(closed: Outcome | None) -> None:
    """``None``: its run was deleted in mid-ISSU, and the upgrade is still open and holds the cluster."""
    fake = with_earlier(recovery(), closed)
    fake.leases.held.clear()
    fake.leases.take("cluster:fw-1", "manual__1", 3600)
    word = TakeOver(who="ada", reason="its run was deleted", is_at_work=lambda _: False)
    with pytest.raises(LeaseHeld, match="take the cluster over in 31 s"):  # its last permit may be alive
        claim(replace(fake.intent, upgrade_id="recover-0"), fake.journal, fake.leases, T0, word)
    fake.journal.clock.sleep(permits_left_s("manual__1", fake.journal))
    claim(fake.intent, fake.journal, fake.leases, T0, word)
    held, old = fake.leases.holder("cluster:fw-1"), fake.journal.upgrade("manual__1")
    assert held is not None
    assert old is not None
    assert (held.owner, old.outcome) == ("recover-1", Outcome.NEEDS_OPERATOR)
    assert observe(fake.context("observe")) == {"starter": "node1", "target": NEW, "earlier": True}
    so_far = fake.known()
    assert so_far.start is not None
    assert (so_far.start.starter, so_far.start.transcript_path) == (N1, "/t")
    assert baseline(so_far, fake.evidence) == both()


def test_a_second_try_keeps_what_the_first_one_saw() -> None:
    fake = recovery()
    observe(fake.context("observe"))
    fake.reader.now = both(NEW, NEW)
    assert observe(fake.context("observe"))["target"] == NEW
    assert baseline(fake.known(), fake.evidence) == both(OLD, NEW)


def test_an_issu_that_ran_on_while_we_watched_tells_its_target_at_the_end() -> None:
    fake = recovery()
    fake.reader.now = both()
    observe(fake.context("observe"))
    assert intent_of(fake.journal, "recover-1").image.release == NOT_KNOWN
    fake.reader.now = both(NEW, NEW)
    assert observe_again(fake.context("observe_again"))["target"] == NEW
    assert intent_of(fake.journal, "recover-1").image.release == NEW


def test_what_was_told_is_not_looked_for_again() -> None:
    fake = recovery(replace(IMAGE, release=NEW))
    observe(fake.context("observe"))
    fake.reader.now = both(OLD, OLD)
    assert observe_again(fake.context("observe_again"))["target"] == NEW


def test_a_second_recovery_knows_what_the_first_one_found() -> None:
    first = recovery()
    observe(first.context("observe"))
    first.journal.close_upgrade("recover-1", Outcome.NEEDS_OPERATOR, "refused", T0)
    second = FakeUpgrade(
        intent=intent(upgrade_id="recover-2", purpose=Purpose.RECOVER, image=UNTOLD),
        journal=first.journal,
        evidence=first.evidence,
    )
    second.reader.now = both(NEW, NEW)
    assert observe(second.context("observe")) == {"starter": "node0", "target": NEW, "earlier": True}
