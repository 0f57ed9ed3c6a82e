"""Commands and their answers."""

from __future__ import annotations

from srx_issu.domain.history.command_events import CommandRejected, CommandUnanswered, CommandWithdrawn
from srx_issu.report.sent import CommandResult, sent_commands
from tests.integration.report.samples import N0, N1, answered, entry, good, intended


def test_an_intent_without_an_answer_says_so() -> None:
    (command,) = sent_commands((entry(1, intended("reboot"), "s", "reboot (why)"),))
    assert (command.fate, command.answered_at, command.why) == (CommandResult.NOT_RECORDED, None, "why")


def test_refusals_and_doubts_are_told_apart() -> None:
    found = sent_commands(
        (
            entry(1, intended("a"), "s", "a"),
            entry(2, CommandRejected(sending=None, node=N0, command="a"), "s", "syntax error"),
            entry(3, intended("b", N1), "s", "b"),
            entry(4, CommandUnanswered(sending=None, node=N1, command="b"), "s", "session lost"),
        )
    )
    assert [(c.fate, c.answer) for c in found] == [
        (CommandResult.REFUSED, "syntax error"),
        (CommandResult.UNKNOWN, "session lost"),
    ]


def test_a_command_that_is_proven_not_to_have_been_sent_says_so() -> None:
    (command,) = sent_commands(
        (
            entry(1, intended("a"), "s", "a"),
            entry(2, CommandWithdrawn(node=N0, permit_id=None, command="a"), "s", "nothing was sent"),
        )
    )
    assert (command.fate, command.answer) == (CommandResult.NOT_SENT, "nothing was sent")


def test_an_answer_without_its_intent_is_still_shown() -> None:
    (command,) = sent_commands((entry(1, answered("a"), "s", "done"),))
    assert (command.command, command.fate, command.answer) == ("a", CommandResult.ANSWERED, "done")


def test_the_rpc_after_a_missing_shell_is_the_same_command() -> None:
    found = sent_commands(
        (
            entry(1, intended("issu", key="start_issu"), "s", "issu (reason)"),
            entry(2, intended("", key="start_issu_by_rpc"), "s", "request by NETCONF RPC"),
            entry(3, answered(None), "s", "accepted"),
        )
    )
    assert [(c.command, c.why, c.fate) for c in found] == [
        ("issu", "reason; request by NETCONF RPC", CommandResult.ANSWERED)
    ]


def test_a_command_sent_again_is_two_lines() -> None:
    one = (
        entry(1, intended("a"), "s", "a"),
        entry(2, answered("a"), "s", "done"),
    )
    assert len(sent_commands((*one, *one))) == 2


def test_answers_find_their_command_in_a_whole_upgrade() -> None:
    assert {command.fate for command in sent_commands(good().entries)} == {CommandResult.ANSWERED}
