"""A line of an upgrade's journal: what happened, when, in which step, and a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    CommandWithdrawn,
    PermitRefused,
)
from srx_issu.domain.history.events import Event, IssuFound
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.route_events import OldImageThere


@dataclass(frozen=True, kw_only=True)
class Entry:
    """``step`` and ``text`` are for people. ``node``: the one that the sentence is about.

    ``at`` is when the writer saw it, by the writer's clock. ``recorded_at`` is when the database wrote it:
    set when it is read back, and the only one of the two to compare with.
    """

    at: datetime
    step: str
    text: str
    event: Event
    node: NodeName | None = None
    recorded_at: datetime | None = None

    @property
    def kind(self) -> EntryKind:
        return self.event.kind

    @property
    def key(self) -> str | None:
        """Of an intended command that is sent once: unique within its upgrade."""
        return self.event.key if isinstance(self.event, CommandIntended) else None

    @property
    def known_at(self) -> datetime:
        """By the database's clock; of an entry that was not read back, by its writer's."""
        return self.recorded_at or self.at


def entry_of(event: Event, text: str, *, at: datetime, step: str, node: NodeName | None = None) -> Entry:
    """``node``: the one that the sentence is about, where the event names none."""
    match event:
        case CommandIntended() | CommandSent() | CommandUnanswered() | CommandRejected():
            node = event.node
        case CommandWithdrawn() | PermitRefused() | OldImageThere():
            node = event.node
        case IssuFound():
            node = event.starter
    return Entry(at=at, step=step, text=text, event=event, node=node)
