"""What ``audit verify`` asks of the account itself: conditions of every command, and a fitting outcome."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from srx_issu.adapters.journal import SqlChain, SqlJournal, verify_stored
from srx_issu.ports.journal import Entry, EntryKind, Json, Outcome
from tests.journal.samples import NOON, make_intent
from tests.journal.tampering import (
    START,
    UPGRADE,
    approved,
    decided,
    permitted,
    sent,
    verified,
    write_upgrade,
)

Journalled = Callable[..., str]


@pytest.fixture
def faults(journal_url: str) -> Journalled:
    """Writes these events, closes with an outcome if there is one, and returns what is wrong."""

    def write(*events: Entry, outcome: Outcome | None = None) -> str:
        journal = SqlJournal(journal_url)
        journal.open_upgrade(make_intent(), NOON)
        for event in events:
            if event.kind is EntryKind.ACTION_INTENDED:
                journal.intend(UPGRADE, event)
            else:
                journal.record(UPGRADE, event)
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
    found = faults(permitted("bring_home", "request system reboot", "t1"), sent(START, "t2"))
    assert "was never intended before" in found


def test_an_intent_without_its_conditions(faults: Journalled) -> None:
    intent = permitted("prepare", "copy", "t1")
    assert "without a purpose" in faults(replace(intent, detail={"command": "copy"}))


def test_an_intent_that_lacks_one_condition(faults: Journalled) -> None:
    intent = permitted("bring_home", "request system reboot", "t1")
    permit = {k: v for k, v in dict(intent.detail["permit"]).items() if k != "plan_approved"}  # type: ignore[arg-type]
    found = faults(replace(intent, detail={**intent.detail, "permit": permit}))
    assert "purpose bring_home, without its conditions plan_approved" in found


def test_begun_without_an_approval(faults: Journalled) -> None:
    assert "begun without an approval before it" in faults(permitted("begin", START, "t1"), approved())


def test_begun_after_a_no(faults: Journalled) -> None:
    found = faults(approved(), approved("eve", yes=False), permitted("begin", START, "t1"))
    assert "begun although row 3 (by eve) says no" in found


@pytest.mark.parametrize("words", ["policy asks for no approval", "approval is not required by policy"])
def test_begun_where_none_is_required(faults: Journalled, words: str) -> None:
    assert faults(permitted("begin", START, "t1", approved=words)) == ""


def answered(choice: str) -> tuple[Entry, Entry]:
    """A gate's question, and what a person said to it."""
    detail: dict[str, Json] = {"for": "start", "digest": "d1", "task": "approval.approve_start", "try": 1}
    question = Entry(at=NOON, kind=EntryKind.QUESTION, step="approval", text="start fw-a?", detail=detail)
    answer = Entry(
        at=NOON,
        kind=EntryKind.ANSWER,
        step="approval",
        text=f"ada: {choice}",
        detail={**detail, "by": "ada", "choice": choice},
    )
    return question, answer


def test_begun_after_a_yes_to_a_question(faults: Journalled) -> None:
    assert faults(*answered("Approve"), permitted("begin", START, "t1")) == ""


def test_begun_after_a_no_to_a_question(faults: Journalled) -> None:
    assert "row 3 (ada: Reject) says no" in faults(*answered("Reject"), permitted("begin", START, "t1"))


def test_an_answer_to_what_was_never_asked(faults: Journalled) -> None:
    assert "row 2: event" in faults(answered("Approve")[1])
    assert "answers what was never asked" in faults(answered("Approve")[1])


def test_an_approved_recovery_approves_no_start(faults: Journalled) -> None:
    recovery = approved()
    recovery = replace(recovery, detail={**recovery.detail, "for": "recovery"})
    assert "begun without an approval" in faults(recovery, permitted("begin", START, "t1"))


def test_refused_although_the_issu_was_sent(faults: Journalled) -> None:
    events = (approved(), permitted("begin", START, "t1"), sent(START, "t1"), decided(Outcome.REFUSED))
    assert "closed as REFUSED, but row 4 says that the ISSU was sent" in faults(
        *events, outcome=Outcome.REFUSED
    )


def test_upgraded_although_the_nodes_said_another_release(faults: Journalled) -> None:
    found = faults(verified("21.4R3-S1.5"), decided(Outcome.UPGRADED), outcome=Outcome.UPGRADED)
    assert "by row 2 both nodes run 21.4R3-S1.5, not 22.4R3-S2.11" in found


def test_upgraded_although_no_node_said_so(faults: Journalled) -> None:
    found = faults(decided(Outcome.UPGRADED), outcome=Outcome.UPGRADED)
    assert "no row says that both nodes run 22.4R3-S2.11" in found


def test_closed_otherwise_than_decided(faults: Journalled) -> None:
    found = faults(verified(), decided(Outcome.ROLLED_BACK), outcome=Outcome.UPGRADED)
    assert "closed as UPGRADED, but the last step decided on ROLLED_BACK" in found
