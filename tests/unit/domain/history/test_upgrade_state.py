"""What is known of an upgrade after what happened to it, event by event."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.approval_events import (
    AnswerGiven,
    ApprovalConfirmed,
    QuestionAsked,
    QuestionGivenUp,
)
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    PermitRefused,
    Sending,
)
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import (
    BaselineTaken,
    Claimed,
    Decided,
    Event,
    FindingMade,
    FoundBy,
    Observed,
    OutcomeDecided,
    ReadinessPassed,
    StateCollected,
    Unread,
    WayDecided,
)
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import (
    ClusterHandedOver,
    ClusterReleased,
    FailureNamed,
)
from srx_issu.domain.history.state_parts import Conclusion
from srx_issu.domain.history.step_events import StepFinished, StepStarted
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.outcome import Outcome
from tests.fakes.snapshots import N0, N1, T0
from tests.unit.domain.history.happened import WORKERS_CLOCK, after, minute, start

PATH = "/var/tmp/image.tgz"
QUESTION = AskedQuestion(purpose="start", digest="d1", gate="start gate 1", try_number=1)
READY = ReadinessPassed(for_approval=True, ask=None, found="21.4R3", support="documented")


class TestReadiness:
    AGAIN = replace(READY, for_approval=False, findings=("node0: busy",))

    def test_is_the_newest_that_passed_by_the_clock_of_the_database(self) -> None:
        assert after(Decided()).ready is None
        ready = after((READY, "ready"), (self.AGAIN, "still ready")).ready
        assert ready is not None
        assert (ready.passed, ready.at, ready.text) == (self.AGAIN, minute(1), "still ready")

    def test_made_again_before_the_start_is_not_what_an_approver_is_shown(self) -> None:
        shown = after((READY, "ready"), self.AGAIN).assessment
        assert shown is not None
        assert (shown.passed, shown.at, shown.text) == (READY, minute(0), "ready")
        assert after(self.AGAIN).assessment is None

    def test_that_is_assessed_anew_is_shown_anew(self) -> None:
        other = replace(READY, ask="nobody documents this pair")
        shown = after(READY, self.AGAIN, other).assessment
        assert shown is not None
        assert shown.passed == other


def test_an_upgrade_is_claimed_once_it_has_its_cluster() -> None:
    assert not after(StepFinished()).claimed
    assert after(Claimed()).claimed


def test_the_newest_pictures_count() -> None:
    first, second = (BaselineTaken(snapshot=f"{n}.json", state=f"{n}-state.json") for n in (1, 2))
    assert after(first, second).baseline == second
    late, latest = (StateCollected(snapshot=f"{n}.json", state=f"{n}-state.json") for n in (1, 2))
    so_far = after(first, late, latest)
    assert (so_far.baseline, so_far.after) == (first, latest)


def test_the_newest_outcome_counts_with_its_sentence() -> None:
    assert after(WayDecided(), Decided()).conclusion is None
    so_far = after(
        (OutcomeDecided(outcome=Outcome.UPGRADED), "all well"),
        (OutcomeDecided(outcome=Outcome.NEEDS_OPERATOR), "two primaries"),
    )
    assert so_far.conclusion == Conclusion(outcome=Outcome.NEEDS_OPERATOR, reason="two primaries")


def test_findings_are_told_by_what_found_them_in_their_order() -> None:
    so_far = after(
        (FindingMade(by=FoundBy.STATE), "policy b is lost"),
        (FindingMade(by=FoundBy.LAST_LOOK), "a core dump"),
        (FindingMade(by=FoundBy.STATE), "policy a is lost"),
        (FindingMade(by=None), "an earlier version does not say"),
    )
    assert so_far.found_by(FoundBy.STATE) == ["policy b is lost", "policy a is lost"]
    assert so_far.found_by(FoundBy.LAST_LOOK) == ["a core dump"]
    assert so_far.found_by(FoundBy.RECOVERY) == []
    assert len(so_far.findings) == 4


def test_a_snapshot_is_one_that_the_node_has_answered() -> None:
    asked = CommandIntended(sending=Sending.SNAPSHOT, node=N0, command="it", permit_id="a")
    doubt = CommandUnanswered(sending=Sending.SNAPSHOT, node=N0)
    refused = CommandRejected(sending=Sending.SNAPSHOT, node=N0)
    assert after(asked, (doubt, "no answer"), (refused, "no space")).snapshots == {}
    so_far = after(
        (CommandSent(sending=Sending.SNAPSHOT, node=N0), "busy"),
        (CommandSent(sending=Sending.SNAPSHOT, node=N1), "done on node1"),
        (CommandSent(sending=Sending.UPLOAD, node=N1), "copied"),
        (CommandSent(sending=Sending.SNAPSHOT, node=N0), "done on node0"),
    )
    assert so_far.snapshots == {N0: "done on node0", N1: "done on node1"}


def test_an_image_was_brought_once_its_copy_is_known_to_be_there() -> None:
    copy = CommandIntended(sending=Sending.UPLOAD, node=N0, command="copy", permit_id="a", file=PATH)
    for unsure in (CommandUnanswered, CommandRejected):
        assert after(copy, unsure(sending=Sending.UPLOAD, node=N0, file=PATH)).brought == {}
    assert after(copy, CommandSent(sending=Sending.UPLOAD, node=N0, file=PATH)).brought == {N0: PATH}
    deleted = CommandSent(sending=Sending.CLEAN_UP, node=N1)
    copied = [CommandSent(sending=Sending.UPLOAD, node=node, file=PATH) for node in (N0, N1)]
    assert after(*copied, deleted).brought == {N0: PATH, N1: PATH}


def test_the_talk_with_people_is_kept_in_its_order_by_the_clock_of_the_database() -> None:
    asked = QuestionAsked(question=QUESTION)
    given_up = QuestionGivenUp(question=QUESTION, superseded_by="d2")
    answer = AnswerGiven(question=QUESTION, by="ada", name="Ada", choice="Approve", responded_at=T0)
    talk = after(asked, Claimed(), given_up, answer).talk
    assert [said.event for said in talk] == [asked, given_up, answer]
    assert [said.at for said in talk] == [minute(0), minute(2), minute(3)]


def test_a_cluster_is_released_by_a_person_not_by_a_recovery_that_takes_it() -> None:
    assert not after(ClusterHandedOver(by="ada")).released
    assert after(ClusterReleased(by="ada")).released


@pytest.mark.parametrize(
    "happened",
    [
        StepStarted(),
        StepFinished(documents={"report": "report.html"}),
        Decided(),
        Observed(),
        PermitRefused(node=N0, condition=SendCondition.WINDOW, purpose=SendPurpose.BEGIN),
        ApprovalConfirmed(purpose=ApprovalPurpose.START, by="ada", digest="d1"),
        ClusterHandedOver(by="ada"),
        FailureNamed(failure=FailureClass.STUCK),
        *(Unread(kind=kind) for kind in EntryKind),
    ],
)
def test_nothing_depends_on_what_is_for_people_only(happened: Event) -> None:
    assert after((happened, "words")) == UpgradeState()


def test_an_entry_that_was_not_read_back_counts_by_its_writers_clock() -> None:
    begun = known([entry_of(start(), "start", at=WORKERS_CLOCK, step="a step")]).start
    assert begun is not None
    assert begun.at == WORKERS_CLOCK
