"""Commands and their answers."""

from __future__ import annotations

from srx_issu.ports.journal import EntryKind
from srx_issu.report.sent import Fate, sent_commands
from tests.report.samples import event, good

K = EntryKind


def test_an_intent_without_an_answer_says_so() -> None:
    (command,) = sent_commands((event(1, K.ACTION_INTENDED, "s", "reboot (why)", "node0", command="reboot"),))
    assert (command.fate, command.answered_at, command.why) == (Fate.NOT_RECORDED, None, "why")


def test_refusals_and_doubts_are_told_apart() -> None:
    found = sent_commands(
        (
            event(1, K.ACTION_INTENDED, "s", "a", "node0", command="a"),
            event(2, K.ACTION_REFUSED, "s", "syntax error", "node0", command="a"),
            event(3, K.ACTION_INTENDED, "s", "b", "node1", command="b"),
            event(4, K.ACTION_UNKNOWN, "s", "session lost", "node1", command="b"),
        )
    )
    assert [(c.fate, c.answer) for c in found] == [
        (Fate.REFUSED, "syntax error"),
        (Fate.UNKNOWN, "session lost"),
    ]


def test_an_answer_without_its_intent_is_still_shown() -> None:
    (command,) = sent_commands((event(1, K.ACTION_SENT, "s", "done", "node0", command="a"),))
    assert (command.command, command.fate, command.answer) == ("a", Fate.ANSWERED, "done")


def test_the_rpc_after_a_missing_shell_is_the_same_command() -> None:
    found = sent_commands(
        (
            event(1, K.ACTION_INTENDED, "s", "issu (reason)", "node0", key="start_issu", command="issu"),
            event(2, K.ACTION_INTENDED, "s", "request by NETCONF RPC", "node0", key="start_issu_by_rpc"),
            event(3, K.ACTION_SENT, "s", "accepted", "node0"),
        )
    )
    assert [(c.command, c.why, c.fate) for c in found] == [
        ("issu", "reason; request by NETCONF RPC", Fate.ANSWERED)
    ]


def test_a_command_sent_again_is_two_lines() -> None:
    one = (
        event(1, K.ACTION_INTENDED, "s", "a", "node0", command="a"),
        event(2, K.ACTION_SENT, "s", "done", "node0", command="a"),
    )
    assert len(sent_commands((*one, *one))) == 2


def test_answers_find_their_command_in_a_whole_upgrade() -> None:
    assert {command.fate for command in sent_commands(good().events)} == {Fate.ANSWERED}
