"""What only a person can do on a route: whose word counts for what, and how soon the nodes show the work.

A word opens nothing: each action is over when both nodes show it (``PlannedAction.done_when``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from srx_issu.domain.procedure.action import ActionName


class Word(StrEnum):
    """What a person can answer. The values are what Airflow shows."""

    DONE = "Done"
    STOP_HERE = "Stop here"  # nothing more of the route is sent; what both nodes show decides the way back


@dataclass(frozen=True, kw_only=True)
class HandWork:
    """``needs_word``: what comes next must not meet hands at the cables, so it waits for the word as well.
    ``shows_within``: field of domain.intent.Timers; after that long the nodes should show what the word says,
    and the question is put again."""

    title: str
    needs_word: bool
    shows_within: str


BY_HAND: Mapping[ActionName, HandWork] = MappingProxyType(
    {
        ActionName.TAKE_LINKS_APART: HandWork(
            title="take the links apart", needs_word=True, shows_within="group_settle_s"
        ),
        # Nothing that follows concerns a cable: where both nodes show one cluster, nobody need say so.
        ActionName.JOIN_LINKS: HandWork(
            title="join the links, then boot the node", needs_word=False, shows_within="boot_s"
        ),
    }
)
