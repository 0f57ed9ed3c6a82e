"""What an upgrade has sent: its start, what is sent once, and a recovery's commands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    Sending,
)
from srx_issu.domain.history.events import Claimed, Event, IssuFound, NothingMoved, Observed
from srx_issu.domain.history.recovery_events import RecoveryStepPassed
from srx_issu.domain.history.state_parts import IssuStart
from srx_issu.domain.history.step_events import StepFailed
from srx_issu.domain.procedure.action import ActionName, TakenCommand
from srx_issu.domain.upgrade.intent import StartMethod
from tests.fakes.snapshots import N0, N1, T0
from tests.unit.domain.history.happened import PLAN, after, gather, minute, reboot, start, withdrawal

FOUND = IssuFound(starter=N1, target="22.4R3", transcript="/found")


class TestTheStart:
    def test_is_none_before_anything_was_intended(self) -> None:
        assert after(Claimed(), gather(1, "g")).start is None

    def test_is_none_when_it_is_proven_not_to_have_been_sent(self) -> None:
        assert after(start("a"), withdrawal("a")).start is None

    def test_stays_when_another_command_was_not_sent(self) -> None:
        so_far = after(start("a"), gather(1, "b"), withdrawal("b"), withdrawal(None))
        assert so_far.start is not None

    def test_without_a_permit_cannot_be_withdrawn(self) -> None:
        """An earlier version wrote none."""
        assert after(start(None), withdrawal(None)).start is not None

    def test_is_known_from_its_intent_by_the_clock_of_the_database(self) -> None:
        so_far = after(Claimed(), start(method=StartMethod.SHELL))
        assert so_far.start == IssuStart(starter=N0, at=minute(1), by_rpc=False, transcript_path="/t")

    def test_by_rpc_has_neither_marker_nor_transcript(self) -> None:
        begun = after(start(method=StartMethod.RPC)).start
        assert begun == IssuStart(starter=N0, at=minute(0), by_rpc=True, transcript_path=None)
        assert begun.sent.by_rpc

    def test_is_the_newest_that_was_not_withdrawn(self) -> None:
        again = after(start("a", N0), withdrawal("a"), start("b", N1))
        assert again.start is not None
        assert (again.start.starter, again.start.at) == (N1, minute(2))
        twice = after(start("a", N0), start("b", N1)).start
        assert twice is not None
        assert twice.starter is N1
        lost = after(start("a", N0), start("b", N1), withdrawal("b")).start
        assert lost is not None
        assert lost.starter is N0

    def test_of_a_recovery_is_the_one_that_it_found(self) -> None:
        so_far = after(FOUND)
        assert so_far.intended_start is None
        assert so_far.start == IssuStart(starter=N1, at=minute(0), by_rpc=False, transcript_path="/found")
        looked_again = after(FOUND, replace(FOUND, starter=N0, target="23.2R1"))
        assert looked_again.found == replace(FOUND, starter=N0, target="23.2R1")
        assert looked_again.start is not None
        assert looked_again.start.starter is N0

    def test_of_its_own_counts_before_one_that_was_found(self) -> None:
        so_far = after(start("a", N0), FOUND)
        assert so_far.start is not None
        assert so_far.start.starter is N0

    @pytest.mark.parametrize(
        ("answer", "was_sent"),
        [
            (None, False),
            (CommandSent(sending=Sending.START, node=N0), True),
            (CommandUnanswered(sending=Sending.START, node=N0), True),
            (CommandRejected(sending=Sending.START, node=N0), False),
            (CommandSent(sending=Sending.GATHER, node=N0), False),
            (CommandUnanswered(sending=None, node=N0), False),
        ],
    )
    def test_was_sent_where_the_node_answered_or_nobody_knows(
        self, answer: Event | None, was_sent: bool
    ) -> None:
        assert after(start(), *([answer] if answer else [])).start_was_sent is was_sent

    def test_that_was_refused_keeps_the_nodes_words(self) -> None:
        gathering = CommandRejected(sending=Sending.GATHER, node=N0), "RG1 is in hold-down"
        assert after(gathering).start_refusal is None
        refused = CommandRejected(sending=Sending.START, node=N0), "ISSU is in progress"
        assert after(start(), refused, gathering).start_refusal == "ISSU is in progress"


class TestWhatWasSent:
    def test_leaves_out_what_is_proven_not_to_have_been(self) -> None:
        so_far = after(gather(1, "a"), gather(2, "b"), withdrawal("a"), start("c"), withdrawal("c"))
        assert [one.command.permit_id for one in so_far.intended] == ["b"]
        assert so_far.intended[0].at == minute(1)
        assert so_far.sent_for == {Sending.GATHER}
        assert so_far.gathered_groups == (2,)

    def test_tells_each_gathered_group_once_in_order(self) -> None:
        assert after().gathered_groups == ()
        so_far = after(gather(2, "a"), gather(1, "b"), gather(2, "c"), start("d"))
        assert so_far.gathered_groups == (2, 1)

    def test_has_no_purpose_that_an_earlier_version_did_not_tell(self) -> None:
        untold = CommandIntended(sending=None, node=N0, command="it", permit_id="a")
        assert after(untold).sent_for == frozenset()

    def test_keeps_when_something_was_last_intended_though_it_was_withdrawn(self) -> None:
        """A process may still hold the permit."""
        assert after(Claimed()).last_intended_at is None
        assert after(Claimed(), start("a"), withdrawal("a")).last_intended_at == minute(1)


class TestTheKeyOfWhatIsSentOnce:
    def test_is_its_own_name_as_long_as_nothing_was_withdrawn(self) -> None:
        assert after().once_key("reboot") == "reboot"
        assert after(reboot("a", "reboot")).once_key("reboot") == "reboot"

    def test_is_a_new_one_after_a_withdrawn_intent_has_used_up_its_own(self) -> None:
        assert after(reboot("a", "reboot"), withdrawal("a")).once_key("reboot") == "reboot#2"

    def test_is_the_same_however_often_the_withdrawal_was_written(self) -> None:
        so_far = after(reboot("a", "reboot"), withdrawal("a"), withdrawal("a"))
        assert so_far.once_key("reboot") == "reboot#2"

    def test_counts_every_withdrawn_intent(self) -> None:
        so_far = after(reboot("a", "reboot"), withdrawal("a"), reboot("b", "reboot"), withdrawal("b"))
        assert so_far.once_key("reboot") == "reboot#3"

    def test_opens_none_beside_another_workers_for_one_that_never_was_in_the_journal(self) -> None:
        assert after(reboot("b", "reboot"), withdrawal("a")).once_key("reboot") == "reboot"

    def test_does_not_change_with_what_else_was_withdrawn(self) -> None:
        so_far = after(reboot("a", "reboot"), start("b"), withdrawal("b"))
        assert so_far.once_key("reboot") == "reboot"
        assert so_far.once_key("start_issu") == "start_issu#2"


class TestARecovery:
    def test_has_taken_the_commands_that_were_not_withdrawn(self) -> None:
        so_far = after(PLAN, start("s"), reboot("a"), reboot("b"), withdrawal("b"))
        assert so_far.recovery_commands == (TakenCommand(key="reboot", at=minute(2), booted_at=T0),)

    @pytest.mark.parametrize(
        ("happened", "is_begun"),
        [
            ((), False),
            ((PLAN,), False),
            ((PLAN, start("s")), False),
            ((PLAN, reboot("a")), True),
            ((PLAN, reboot("a"), withdrawal("a")), False),
            ((PLAN, reboot("a"), withdrawal("a"), reboot("b")), True),
            ((PLAN, reboot(None), withdrawal(None)), True),
            ((reboot("a"), PLAN), False),
            ((PLAN, reboot("a"), PLAN), False),
            ((PLAN, reboot("a"), PLAN, reboot("b")), True),
        ],
    )
    def test_is_begun_once_something_of_the_newest_plan_may_have_been_sent(
        self, happened: tuple[Event, ...], is_begun: bool
    ) -> None:
        assert after(*happened).is_recovery_begun is is_begun

    def test_has_the_newest_plan_with_its_sentence(self) -> None:
        assert after().plan is None
        other = replace(PLAN, digest="f" * 64)
        planned = after((PLAN, "put node1 back"), (other, "clear it")).plan
        assert planned is not None
        assert (planned.event, planned.text) == (other, "clear it")

    def test_has_passed_the_steps_that_ended_since_the_newest_plan(self) -> None:
        passed = RecoveryStepPassed(action=ActionName.REBOOT_NODE)
        assert after(PLAN, passed).passed == {ActionName.REBOOT_NODE}
        assert after(passed, PLAN).passed == set()

    def test_has_the_words_of_what_gave_up_since_the_newest_plan(self) -> None:
        failed, again = (StepFailed(task="roll_back"), "no answer"), (StepFailed(task="x"), "no session")
        assert after(PLAN, failed, again).failures_since_plan == ["no answer", "no session"]
        assert after(failed, PLAN, again).failures_since_plan == ["no session"]

    def test_knows_that_nobody_drives_the_issu(self) -> None:
        assert after(FOUND, Observed()).nothing_moved is None
        assert after((NothingMoved(), "nothing has moved for 900 s")).nothing_moved == (
            "nothing has moved for 900 s"
        )
