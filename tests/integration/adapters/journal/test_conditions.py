"""What ``audit verify`` asks of the account itself: conditions of every command, and a fitting outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest
from psycopg.types.json import Jsonb

from srx_issu.adapters.journal import SqlChain, SqlJournal, verify_stored
from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.approval_events import AnswerGiven, QuestionAsked, QuestionGivenUp
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    Sending,
)
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Event
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import ClusterHandedOver, ClusterReleased, ClusterTakenOver
from srx_issu.domain.outcome import Outcome
from tests.integration.adapters.journal.samples import NOON, make_intent
from tests.integration.adapters.journal.tampering import (
    START,
    UPGRADE,
    approved,
    decided,
    permitted,
    sent,
    verified,
    write_upgrade,
)

BEGIN, BRING_HOME, PREPARE = SendPurpose.BEGIN, SendPurpose.BRING_HOME, SendPurpose.PREPARE


@dataclass(frozen=True, kw_only=True)
class OlderEntry:
    """As a version wrote it that did not name its events."""

    kind: EntryKind
    text: str
    detail: Mapping[str, object]

    def write(self, url: str) -> None:
        with psycopg.connect(url) as connection:
            connection.execute(
                "INSERT INTO srx_issu.events (upgrade_id, at, kind, step, text, node, detail) "
                "VALUES (%s, now(), %s, 'approval', %s, 'node0', %s)",
                (UPGRADE, self.kind.value, self.text, Jsonb(self.detail)),
            )


def at_the_gate(event: Event, text: str) -> Entry:
    return entry_of(event, text, at=NOON, step="approval")


Journalled = Callable[..., str]


@pytest.fixture
def faults(journal_url: str) -> Journalled:
    """Writes these entries, closes with an outcome if there is one, and returns what is wrong."""

    def write(*entries: Entry | OlderEntry, outcome: Outcome | None = None) -> str:
        journal = SqlJournal(journal_url)
        journal.open_upgrade(make_intent(), NOON)
        for entry in entries:
            if isinstance(entry, OlderEntry):
                entry.write(journal_url)
            elif isinstance(entry.event, CommandIntended):
                journal.intend(UPGRADE, entry)
            else:
                journal.record(UPGRADE, entry)
        if outcome is not None:
            journal.close_upgrade(UPGRADE, outcome, "because", NOON)
        return "\n".join(map(str, verify_stored(SqlChain(journal_url).stored(UPGRADE), None).faults))

    return write


def test_a_whole_upgrade_has_no_fault(journal_url: str, tmp_path: Path) -> None:
    write_upgrade(journal_url, tmp_path, None)
    assert verify_stored(SqlChain(journal_url).stored(UPGRADE), None).faults == ()


def test_a_command_that_was_never_intended(faults: Journalled) -> None:
    assert f"'{START}' on node0 was never intended before" in faults(approved(), sent(START, "t1"))


def test_another_commands_intent_does_not_count(faults: Journalled) -> None:
    found = faults(permitted(BRING_HOME, "request system reboot", "t1"), sent(START, "t2"))
    assert "was never intended before" in found


def test_an_intent_without_its_conditions(faults: Journalled) -> None:
    intent = permitted(PREPARE, "copy", "t1")
    assert isinstance(intent.event, CommandIntended)
    assert "without a purpose" in faults(
        replace(intent, event=replace(intent.event, purpose=None, permit={}))
    )


def test_an_intent_that_lacks_one_condition(faults: Journalled) -> None:
    intent = permitted(BRING_HOME, "request system reboot", "t1")
    assert isinstance(intent.event, CommandIntended)
    permit = {k: v for k, v in intent.event.permit.items() if k != "plan_approved"}
    found = faults(replace(intent, event=replace(intent.event, permit=permit)))
    assert "purpose bring_home, without its conditions plan_approved" in found


def test_begun_without_an_approval(faults: Journalled) -> None:
    assert "begun without an approval before it" in faults(permitted(BEGIN, START, "t1"), approved())


def test_begun_after_a_no_that_an_older_version_wrote(faults: Journalled) -> None:
    no = OlderEntry(
        kind=EntryKind.APPROVAL, text="by eve", detail={"approved": False, "by": "eve", "for": "start"}
    )
    found = faults(approved(), no, permitted(BEGIN, START, "t1"))
    assert "begun although row 3 (by eve) says no" in found


@pytest.mark.parametrize("words", ["policy asks for no approval", "approval is not required by policy"])
def test_begun_where_none_is_required(faults: Journalled, words: str) -> None:
    assert faults(permitted(BEGIN, START, "t1", approved=words)) == ""


QUESTION = AskedQuestion(
    purpose=ApprovalPurpose.START, digest="d1", gate="approval.approve_start", try_number=1
)


def answered(choice: str, question: AskedQuestion = QUESTION) -> tuple[Entry, Entry]:
    """A gate's question, and what a person said to it."""
    answer = AnswerGiven(question=question, by="ada", name="ada", choice=choice)
    return (
        at_the_gate(QuestionAsked(question=question), "start fw-a?"),
        at_the_gate(answer, f"ada: {choice}"),
    )


def answered_before(choice: str) -> tuple[OlderEntry, OlderEntry]:
    """The same, as an older version wrote it."""
    detail = {"for": "start", "digest": "d1", "task": "approval.approve_start", "try": 1}
    return (
        OlderEntry(kind=EntryKind.QUESTION, text="start fw-a?", detail=detail),
        OlderEntry(
            kind=EntryKind.ANSWER, text=f"ada: {choice}", detail={**detail, "by": "ada", "choice": choice}
        ),
    )


def test_begun_after_a_yes_to_a_question(faults: Journalled) -> None:
    assert faults(*answered("Approve"), permitted(BEGIN, START, "t1")) == ""


def test_begun_after_a_no_to_a_question(faults: Journalled) -> None:
    assert "row 3 (ada: Reject) says no" in faults(*answered("Reject"), permitted(BEGIN, START, "t1"))


def test_an_older_answer_counts_as_a_newer_one_does(faults: Journalled) -> None:
    assert faults(*answered_before("Approve"), permitted(BEGIN, START, "t1")) == ""


def test_an_older_no_counts_as_a_newer_one_does(faults: Journalled) -> None:
    found = faults(*answered_before("Reject"), permitted(BEGIN, START, "t1"))
    assert "row 3 (ada: Reject) says no" in found


@pytest.mark.parametrize("told", [answered("Approve")[1], answered_before("Approve")[1]])
def test_an_answer_to_what_was_never_asked(faults: Journalled, told: Entry | OlderEntry) -> None:
    found = faults(told)
    assert "row 2: event" in found
    assert "answers what was never asked" in found


def test_an_answer_to_a_question_that_had_been_given_up_was_asked_for(faults: Journalled) -> None:
    asked, answer = answered("Approve")
    given_up = at_the_gate(QuestionGivenUp(question=QUESTION, superseded_by="d2"), "given up")
    assert faults(asked, given_up, answer) == ""


def test_an_approved_recovery_approves_no_start(faults: Journalled) -> None:
    recovery = approved(purpose=ApprovalPurpose.RECOVERY)
    assert "begun without an approval" in faults(recovery, permitted(BEGIN, START, "t1"))


def test_a_yes_to_a_recovery_approves_no_start(faults: Journalled) -> None:
    told = answered("Approve", replace(QUESTION, purpose=ApprovalPurpose.RECOVERY))
    assert "begun without an approval" in faults(*told, permitted(BEGIN, START, "t1"))


@pytest.mark.parametrize(
    "event",
    [
        ClusterTakenOver(by="ada", from_upgrade="wave0__fw-a"),
        ClusterHandedOver(by="ada"),
        ClusterReleased(by="ada"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_a_word_about_the_cluster_approves_no_start(faults: Journalled, event: Event) -> None:
    found = faults(at_the_gate(event, "on ada's word"), permitted(BEGIN, START, "t1"))
    assert "begun without an approval" in found


@pytest.mark.parametrize("kind", [CommandSent, CommandUnanswered, CommandRejected])
def test_whatever_became_of_a_command_it_was_intended_before(
    faults: Journalled, kind: type[CommandSent | CommandUnanswered | CommandRejected]
) -> None:
    became = kind(sending=Sending.START, node=NodeName.NODE0, command=START, permit_id="t1")
    entry = entry_of(became, "words", at=NOON, step="issu.start")
    assert "was never intended before" in faults(approved(), entry)


def test_refused_although_the_issu_was_sent(faults: Journalled) -> None:
    entries = (approved(), permitted(BEGIN, START, "t1"), sent(START, "t1"), decided(Outcome.REFUSED))
    assert "closed as REFUSED, but row 4 says that the ISSU was sent" in faults(
        *entries, outcome=Outcome.REFUSED
    )


def test_refused_although_the_answer_to_the_start_is_missing(faults: Journalled) -> None:
    unanswered = CommandUnanswered(sending=Sending.START, node=NodeName.NODE0, command=START, permit_id="t1")
    entry = entry_of(unanswered, "session lost", at=NOON, step="issu.start")
    entries = (approved(), permitted(BEGIN, START, "t1"), entry, decided(Outcome.REFUSED))
    found = faults(*entries, outcome=Outcome.REFUSED)
    assert found == "row 6: closed as REFUSED, but row 4 says that the ISSU was sent"


@pytest.mark.parametrize("kind", [CommandSent, CommandUnanswered])
def test_refused_after_another_command_was_sent_is_no_fault(
    faults: Journalled, kind: type[CommandSent | CommandUnanswered]
) -> None:
    copy = kind(sending=Sending.UPLOAD, node=NodeName.NODE0, command="copy", permit_id="t1")
    entries = (permitted(PREPARE, "copy", "t1"), entry_of(copy, "words", at=NOON, step="prepare.stage_image"))
    assert faults(*entries, decided(Outcome.REFUSED), outcome=Outcome.REFUSED) == ""


def test_refused_after_the_node_had_said_no_is_no_fault(faults: Journalled) -> None:
    no = CommandRejected(sending=Sending.START, node=NodeName.NODE0, command=START, started="refused")
    entries = (approved(), permitted(BEGIN, START, "t1"), entry_of(no, "no", at=NOON, step="issu.start"))
    assert faults(*entries, decided(Outcome.REFUSED), outcome=Outcome.REFUSED) == ""


def test_upgraded_although_the_nodes_said_another_release(faults: Journalled) -> None:
    found = faults(verified("21.4R3-S1.5"), decided(Outcome.UPGRADED), outcome=Outcome.UPGRADED)
    assert "by row 2 both nodes run 21.4R3-S1.5, not 22.4R3-S2.11" in found


def test_upgraded_although_no_node_said_so(faults: Journalled) -> None:
    found = faults(decided(Outcome.UPGRADED), outcome=Outcome.UPGRADED)
    assert "no row says that both nodes run 22.4R3-S2.11" in found


def test_closed_otherwise_than_decided(faults: Journalled) -> None:
    found = faults(verified(), decided(Outcome.ROLLED_BACK), outcome=Outcome.UPGRADED)
    assert "closed as UPGRADED, but the last step decided on ROLLED_BACK" in found
