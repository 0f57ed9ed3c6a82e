"""Looks for whoever else works on the cluster while an ISSU is watched, and tells each of them once.

It costs nothing while nobody is there: both the last commit and the count of users stand in an answer that
every look has. Nothing depends on what is found; a node that does not say is asked again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.rows.node import Login
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.upgrade.bystanders import CommitsSeen, people_seen
from srx_issu.ports.devices import AsyncWatchReader

# Somebody who is logged in may enter configure mode, which changes no count.
ASK_AGAIN = timedelta(seconds=60)


class Bystanders:
    """For one wait. ``told``: what an earlier wait of the same upgrade has told."""

    def __init__(self, reader: AsyncWatchReader, before: Snapshot, told: Iterable[str] = ()) -> None:
        self._reader = reader
        self._commits = CommitsSeen(before)
        self._told = set(told)
        self._asked: dict[NodeName, tuple[int | None, datetime]] = {}

    async def new(self, now: Snapshot) -> tuple[str, ...]:
        """Sentences that were not told yet. Never raises for a node."""
        due = [view.node for view in now.views if self._is_due(view, now.taken_at)]
        logins = dict(zip(due, await asyncio.gather(*map(self._others, due)), strict=True))
        seen = (*self._commits.new(now), *people_seen(logins))
        new = tuple(text for text in dict.fromkeys(seen) if text not in self._told)
        self._told.update(new)
        return new

    def _is_due(self, view: NodeView, now: datetime) -> bool:
        """Where somebody is there, or may be: at once when their number has changed, else once a while."""
        if not view.reachable or view.users == 0:
            self._asked.pop(view.node, None)
            return False
        asked = self._asked.get(view.node)
        if asked is not None and asked[0] == view.users and abs(now - asked[1]) < ASK_AGAIN:
            return False
        self._asked[view.node] = (view.users, now)
        return True

    async def _others(self, node: NodeName) -> tuple[Login, ...]:
        try:
            return await self._reader.others(node)
        except DeviceError:
            return ()
