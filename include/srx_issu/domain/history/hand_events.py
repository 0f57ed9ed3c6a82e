"""Work that a person was asked for by hand, and what was said of it. Nothing is believed of what was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.procedure.by_hand import Word


@dataclass(frozen=True, kw_only=True)
class HandWorkAsked:
    """Put once, and again where the nodes do not show what was said to be done."""

    kind: ClassVar[EntryKind] = EntryKind.QUESTION
    action: ActionName


@dataclass(frozen=True, kw_only=True)
class HandWorkAnswered:
    """``by`` is the person's id; ``responded_at`` Airflow's time, kept for the record only."""

    kind: ClassVar[EntryKind] = EntryKind.ANSWER
    action: ActionName
    by: str
    name: str
    word: Word
    responded_at: datetime | None = None
