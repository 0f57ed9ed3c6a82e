"""A start whose earlier try is in doubt: attached to, left alone, or sent once more; never twice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import RequestRefused, SessionLost
from srx_issu.domain.history.command_events import CommandIntended, CommandWithdrawn
from srx_issu.domain.history.events import ReadinessPassed
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.junos.job import job_name
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.commands import Command, FailOver
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.ports.devices import Started, StartReport
from srx_issu.steps.upgrade.clean_up import clean_up
from srx_issu.steps.upgrade.consolidate_groups import consolidate_groups
from srx_issu.steps.upgrade.start_issu import START_KEY, start_issu
from tests.fakes.contexts import FakeUpgrade, RecordingWriter
from tests.fakes.intents import POLICY, intent
from tests.fakes.snapshots import N0, N1, OLD, T0, both, group
from tests.unit.checks import healthy
from tests.unit.steps.gate.worlds import UID, AwayJournal, begin_start

RULES = SupportMatrix(
    platforms={
        "SRX4600": Platform(
            model="SRX4600", in_service=InService.ISSU, reason="table 1", snapshot_supported=True
        )
    }
)


def lost_before_it_arrived(method: StartMethod = StartMethod.AUTO) -> FakeUpgrade:
    """The first try was intended and its session lost; the node has seen nothing of it."""
    fake = FakeUpgrade(
        intent=intent(policy=replace(POLICY, start_method=method), support=RULES), journal=AwayJournal()
    )
    fake.with_baseline().ready_and_approved()
    fake.writer.start = [SessionLost("node0", "cut")]
    with pytest.raises(SessionLost):
        start(fake)
    fake.writer.marker.clear()
    fake.writer.starts.clear()
    return fake


def start(fake: FakeUpgrade) -> dict[str, object]:
    return dict(start_issu(fake.context("issu.start")))


def intents(fake: FakeUpgrade) -> list[CommandIntended]:
    return [e.event for e in fake.journal.written[UID] if isinstance(e.event, CommandIntended)]


def test_with_its_marker_on_the_node_it_is_attached_to() -> None:
    fake = lost_before_it_arrived()
    fake.writer.marker.add(job_name(UID))
    assert start(fake)["started"] == "accepted"
    assert fake.writer.starts == []
    assert len(intents(fake)) == 1


def test_within_35_s_it_may_still_be_on_its_way_and_is_waited_for() -> None:
    fake = lost_before_it_arrived()
    began = fake.clock.now()
    start(fake)
    assert (fake.clock.now() - began).total_seconds() >= 35
    assert len(fake.writer.starts) == 1


def test_one_that_arrives_while_it_is_waited_for_is_attached_to() -> None:
    fake = lost_before_it_arrived()
    plain = fake.clock.sleep

    def sleep(seconds: float) -> None:
        plain(seconds)
        fake.writer.marker.add(job_name(UID))

    fake.clock.sleep = sleep  # type: ignore[method-assign]
    start(fake)
    assert fake.writer.starts == []


def test_without_a_marker_it_is_withdrawn_and_sent_once_more() -> None:
    fake = lost_before_it_arrived()
    fake.clock.sleep(36)
    start(fake)
    assert len(fake.writer.starts) == 1
    assert [command.key for command in intents(fake)] == ["start_issu", "start_issu#2"]
    assert len([one for one in fake.known().intended if one.command.key]) == 1
    start(fake)
    assert len(fake.writer.starts) == 1


def test_it_is_sent_once_more_only_with_every_condition() -> None:
    fake = lost_before_it_arrived()
    fake.clock.sleep(36)
    fake.approved("start", "ada", "Reject")
    with pytest.raises(RequestRefused, match="ada refused the start"):
        start(fake)
    assert fake.writer.starts == []
    assert fake.outcome is Outcome.REFUSED


def test_a_withdrawal_that_two_have_written_uses_up_one_key() -> None:
    fake = lost_before_it_arrived()
    fake.clock.sleep(36)
    start(fake)
    withdrawn = next(e for e in fake.journal.written[UID] if isinstance(e.event, CommandWithdrawn))
    fake.journal.record(UID, withdrawn)  # the first try, which was asleep, withdraws it too
    assert fake.known().once_key(START_KEY) == "start_issu#2"


def test_intended_by_shell_it_never_goes_by_rpc() -> None:
    fake = lost_before_it_arrived()
    fake.clock.sleep(36)
    fake.writer.has_shell = False
    assert start(fake) == {"attached": True, "phase": None}
    assert fake.writer.starts == []


def test_intended_by_rpc_it_never_goes_again() -> None:
    fake = lost_before_it_arrived(StartMethod.RPC)
    fake.clock.sleep(3600)
    assert start(fake)["attached"] is True
    assert fake.writer.starts == []


def test_a_job_that_came_too_late_is_withdrawn_and_sent_anew() -> None:
    world = begin_start()
    too_late = StartReport(started=Started.TOO_LATE, method=StartMethod.SHELL, words="came too late")
    world.fake.writer.start = [too_late]
    plain = world.fake.writer._start

    def unmarked(*given: object) -> StartReport:
        report = plain(*given)  # type: ignore[arg-type]
        if report.started is Started.TOO_LATE:
            world.fake.writer.marker.clear()
        return report

    world.fake.writer._start = unmarked  # type: ignore[method-assign,assignment]
    world.send()
    assert len(world.events(CommandWithdrawn)) == 1
    assert len(world.fake.writer.starts) == 2


def test_a_journal_that_goes_away_behind_the_start_is_told_late() -> None:
    fake = FakeUpgrade(journal=AwayJournal()).with_baseline().ready_and_approved()
    journal, plain = fake.journal, fake.writer._start
    assert isinstance(journal, AwayJournal)

    def and_away(*given: object) -> StartReport:
        journal.leave(120, "record", "entries", "intend", "now")
        return plain(*given)  # type: ignore[arg-type]

    fake.writer._start = and_away  # type: ignore[method-assign,assignment]
    assert start(fake)["started"] == "accepted"
    assert len(fake.writer.starts) == 1
    assert len(fake.texts(EntryKind.ACTION_SENT)) == 1


def test_readiness_that_has_grown_old_is_made_anew() -> None:
    fake = FakeUpgrade(intent=intent(support=RULES), state=healthy.state())
    fake.with_baseline().ready_and_approved()
    fake.clock.sleep(600)
    start(fake)
    assert len(fake.writer.starts) == 1
    assessed = [e for e in fake.journal.written[UID] if isinstance(e.event, ReadinessPassed)]
    assert len(assessed) == 2


def test_readiness_that_fails_when_it_is_made_anew_refuses_the_start() -> None:
    fake = FakeUpgrade(intent=intent(support=RULES)).with_baseline().ready_and_approved()
    fake.clock.sleep(600)
    with pytest.raises(RequestRefused, match="nothing was sent"):
        start(fake)
    assert fake.writer.starts == []
    assert fake.outcome is Outcome.NOT_READY


@dataclass
class MovingWriter(RecordingWriter):
    """Groups move as they are told."""

    fake: FakeUpgrade | None = None

    def _send(self, node: NodeName, command: Command) -> str:
        assert self.fake is not None
        if isinstance(command, FailOver):
            moved = group(1, command.to, manual=True)
        else:
            moved = group(1, self.fake.reader.now.primary(1))
        self.fake.reader.now = both("11.4R7.5", "11.4R7.5", groups=(group(0, N0), moved))
        return super()._send(node, command)


def gathered() -> FakeUpgrade:
    """RG1 was on node1 and is gathered for the start; then the window closes."""
    writer = MovingWriter()
    end = (T0 + timedelta(hours=24)).isoformat()
    fake = FakeUpgrade(intent=intent(window_end=end, support=RULES), writer=writer)
    writer.fake = fake
    fake.reader.now = both("11.4R7.5", "11.4R7.5", groups=(group(0, N0), group(1, N1)))
    fake.with_baseline(fake.reader.now).ready_and_approved()
    consolidate_groups(fake.context("issu.consolidate_groups"))
    assert fake.reader.now.primary(1) is N0
    fake.clock.sleep(23.5 * 3600)
    fake.journal.record(UID, replace(fake.journal.written[UID][1], text="ready again"))
    return fake


def test_groups_that_were_gathered_go_back_when_the_start_is_refused() -> None:
    fake = gathered()
    with pytest.raises(RequestRefused) as no:
        start(fake)
    assert fake.writer.starts == []
    clean_up(fake.context("clean_up"))
    assert fake.reader.now.primary(1) is N1
    assert not any(m.manual for g in fake.reader.now.view(N0).groups for m in g.members)
    for words in (str(no.value), *fake.texts(EntryKind.DECIDED)[-1:]):
        assert "no ISSU was sent, but RG1 was moved to node0 and its manual flag is set" in words
        assert "nothing was sent" not in words
    assert OLD not in str(no.value)


def test_a_group_that_does_not_go_back_is_for_a_person() -> None:
    fake = gathered()
    with pytest.raises(RequestRefused):
        start(fake)
    fake.leases.release("cluster:fw-1", UID)
    clean_up(fake.context("clean_up"))
    assert fake.outcome is Outcome.NEEDS_OPERATOR
