"""Every command that was going to be sent, with what became of it: intents paired with their answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    CommandWithdrawn,
)
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind


class CommandResult(StrEnum):
    """What is known of a command."""

    ANSWERED = "answered"
    REFUSED = "refused"  # the node said no
    UNKNOWN = "unknown"  # sent, the answer is missing
    NOT_SENT = "not sent"  # intended, and proven not to have been sent
    NOT_RECORDED = "not recorded"  # intended; the journal holds nothing more


_FATES = {
    EntryKind.ACTION_SENT: CommandResult.ANSWERED,
    EntryKind.ACTION_REFUSED: CommandResult.REFUSED,
    EntryKind.ACTION_UNKNOWN: CommandResult.UNKNOWN,
    EntryKind.ACTION_WITHDRAWN: CommandResult.NOT_SENT,
}


@dataclass(frozen=True, kw_only=True)
class SentCommand:
    """One command to one node. ``answered_at`` None = no answer in the journal."""

    at: datetime
    step: str
    node: str | None
    command: str
    why: str
    fate: CommandResult = CommandResult.NOT_RECORDED
    answered_at: datetime | None = None
    answer: str = ""


def sent_commands(events: tuple[Entry, ...]) -> tuple[SentCommand, ...]:
    """In the order of the journal. An answer belongs to the newest open intent of its step and node."""
    commands: list[SentCommand] = []
    for event in events:
        if event.kind is EntryKind.ACTION_INTENDED:
            _intended(commands, event)
        elif event.kind in _FATES:
            _answered(commands, event)
    return tuple(commands)


def _intended(commands: list[SentCommand], event: Entry) -> None:
    place = _open(commands, event)
    if place is not None and named_in(event) is None:
        # the same command by another way: the RPC after a shell that does not exist
        commands[place] = replace(commands[place], why=f"{commands[place].why}; {event.text}")
        return
    commands.append(
        SentCommand(at=event.at, step=event.step, node=event.node, command=_command(event), why=_why(event))
    )


def _answered(commands: list[SentCommand], event: Entry) -> None:
    place = _open(commands, event)
    if place is None:  # an answer whose intent is not in the journal is still shown
        commands.append(
            SentCommand(at=event.at, step=event.step, node=event.node, command=_command(event), why="")
        )
        place = len(commands) - 1
    commands[place] = replace(
        commands[place], fate=_FATES[event.kind], answered_at=event.at, answer=event.text
    )


def _open(commands: list[SentCommand], event: Entry) -> int | None:
    """The newest command of this step and node that has no answer; None when there is none."""
    named = named_in(event)
    for place in range(len(commands) - 1, -1, -1):
        command = commands[place]
        if (command.step, command.node, command.fate) != (event.step, event.node, CommandResult.NOT_RECORDED):
            continue
        if named is None or command.command == named:
            return place
    return None


def named_in(entry: Entry) -> str | None:
    """The command that an entry is about; None where it does not say."""
    match entry.event:
        case CommandIntended() | CommandWithdrawn() | CommandSent() | CommandUnanswered() | CommandRejected():
            return entry.event.command or None
        case _:
            return None


def _command(entry: Entry) -> str:
    return named_in(entry) or entry.text


def _why(event: Entry) -> str:
    """The reason in parentheses behind the command's words, where there is one."""
    named = named_in(event)
    text = event.text.removeprefix(named).strip() if named else ""
    return text[1:-1] if text.startswith("(") and text.endswith(")") else text
