"""Between two reboots: what is tried, for how long, and when a person is called."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from srx_issu.domain.errors import CommandRefused, DeviceUnreachable, JournalAway
from srx_issu.domain.history.route_events import PersonCalled
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.routes.plan import RoutePhase
from srx_issu.domain.upgrade.commands import Command, RebootNode
from srx_issu.steps.routes.carry_out import carry_out
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.waits.converge import NotYet
from tests.fakes.snapshots import N0, N1, T0
from tests.properties.routes.driving import Run, run_of
from tests.properties.routes.two_nodes import TwoNodes

SHORTEST_BOOT_S = 120.0


class Deaf(TwoNodes):
    """node0 says no to so many reboots, with this."""

    def send(self, name: str, command: Command) -> str:  # type: ignore[override]
        if name is N0 and isinstance(command, RebootNode) and self.says_no:
            self.asked_at.append(self.now)
            raise self.says_no.pop()
        return super().send(N0 if name is N0 else N1, command)

    says_no: list[Exception]
    asked_at: list[datetime]


def up_to_the_reboots(model: TwoNodes) -> Run:
    run = run_of(model, random.Random(1))
    for name in (ActionName.INSTALL_ON_SECONDARY, ActionName.INSTALL_ON_PRIMARY):
        carry_out(run.context(RoutePhase.INSTALL), name)
    return run


def reboot(run: Run) -> None:
    for name in (ActionName.REBOOT_SECONDARY, ActionName.REBOOT_PRIMARY):
        carry_out(run.context(RoutePhase.REBOOT), name)


def deaf(*says_no: Exception) -> Deaf:
    model = Deaf(chance=random.Random(1))
    model.says_no, model.asked_at = list(says_no), []
    return model


def test_nobody_is_called_where_both_go_down() -> None:
    run = up_to_the_reboots(TwoNodes(chance=random.Random(1)))
    reboot(run)
    assert run.model.told == [N1, N0]
    assert run.fake.pager.calls == []


@pytest.mark.parametrize("says", [CommandRefused(N0, "error: busy"), DeviceUnreachable(N0, "no session")])
def test_is_asked_again_whatever_it_said(says: Exception) -> None:
    run = up_to_the_reboots(deaf(says, says))
    reboot(run)
    assert run.model.told == [N1, N0]
    assert run.fake.pager.calls == []


def test_a_person_is_called_when_the_shortest_boot_is_over() -> None:
    run = up_to_the_reboots(deaf(*[CommandRefused(N0, "error: busy")] * 99))
    began = run.model.now
    with pytest.raises(NotVerified):
        reboot(run)
    ((at, text),) = run.fake.pager.calls
    assert timedelta(seconds=SHORTEST_BOOT_S) <= at - began <= timedelta(seconds=SHORTEST_BOOT_S + 10)
    assert "node1 reboots since" in text
    assert "pull its control and fabric links" in text
    assert [type(e.event) for e in run.fake.journal.entries(run.fake.intent.upgrade_id)].count(
        PersonCalled
    ) == 1


def test_silence_before_it_was_told_is_not_its_going_down() -> None:
    model = TwoNodes(chance=random.Random(1))
    run = up_to_the_reboots(model)
    carry_out(run.context(RoutePhase.REBOOT), ActionName.REBOOT_SECONDARY)
    model.nodes[N0].silent_from, model.nodes[N0].silent_until = model.now, model.now + timedelta(seconds=60)
    carry_out(run.context(RoutePhase.REBOOT), ActionName.REBOOT_PRIMARY)
    assert model.told == [N1, N0]


def test_a_primary_that_stays_silent_is_called_out_before_its_peer_is_back() -> None:
    model = TwoNodes(chance=random.Random(1))
    run = up_to_the_reboots(model)
    carry_out(run.context(RoutePhase.REBOOT), ActionName.REBOOT_SECONDARY)
    model.nodes[N0].silent_from, model.nodes[N0].silent_until = model.now, model.now + timedelta(hours=9)
    with pytest.raises(NotVerified):
        carry_out(run.context(RoutePhase.REBOOT), ActionName.REBOOT_PRIMARY)
    assert model.told == [N1]
    ((at, _),) = run.fake.pager.calls
    assert at < T0 + timedelta(hours=1)
    assert not model.heard


def test_no_worker_is_kept_where_nothing_has_rebooted() -> None:
    model = TwoNodes(chance=random.Random(1))
    run = up_to_the_reboots(model)
    model.nodes[N1].silent_from, model.nodes[N1].silent_until = model.now, model.now + timedelta(hours=9)
    waits = carry_out(run.context(RoutePhase.REBOOT), ActionName.REBOOT_SECONDARY)
    assert isinstance(waits, NotYet)
    assert model.told == []
    assert run.fake.pager.calls == [], "nothing is down"


def test_nobody_is_called_for_a_first_reboot_that_has_no_effect() -> None:
    model = TwoNodes(chance=random.Random(1))
    model.nodes[N1].lost_reboots = 99
    run = up_to_the_reboots(model)
    with pytest.raises(NotVerified):
        reboot(run)
    assert set(model.told) == {N1}
    assert run.fake.pager.calls == []


def test_the_alarm_rings_while_the_journal_is_away() -> None:
    model = TwoNodes(chance=random.Random(1))
    run = up_to_the_reboots(model)
    carry_out(run.context(RoutePhase.REBOOT), ActionName.REBOOT_SECONDARY)
    context = run.context(RoutePhase.REBOOT)

    class AwayReader:
        """The journal goes away behind the first look."""

        def observe(self) -> object:
            raise JournalAway("no connection")

    object.__setattr__(context, "reader", AwayReader())
    with pytest.raises(JournalAway):
        carry_out(context, ActionName.REBOOT_PRIMARY)
    run.fake.clock.sleep(SHORTEST_BOOT_S)
    run.fake.pager.ring()
    ((_, text),) = run.fake.pager.calls
    assert "its end is not known yet" in text
