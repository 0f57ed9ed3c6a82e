"""Who else works on the cluster during an ISSU, told from what both nodes show. It changes no verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.domain.cluster.phase import BOOT_TIME_NOISE
from srx_issu.domain.cluster.rows.node import Login

# One commit reaches both nodes, each by its own clock and one after the other.
_SAME_COMMIT = timedelta(seconds=120)


@dataclass(frozen=True, kw_only=True)
class LastCommit:
    """What ``show system uptime`` says of the running configuration, and by which boot."""

    at: datetime
    by: str | None
    booted_at: datetime | None

    @classmethod
    def of(cls, view: NodeView) -> LastCommit | None:
        """None where the node does not tell."""
        if view.configured_at is None:
            return None
        return cls(at=view.configured_at, by=view.configured_by, booted_at=view.booted_at)

    def was_made_since(self, earlier: LastCommit) -> bool:
        """False behind a reboot: a node that boots loads, and may commit, its configuration anew."""
        booted, before = self.booted_at, earlier.booted_at
        is_same_boot = booted is not None and before is not None and abs(booted - before) <= BOOT_TIME_NOISE
        return is_same_boot and self.at > earlier.at

    def is_same_as(self, other: LastCommit) -> bool:
        """The same commit, as the other node shows it."""
        return self.by == other.by and abs(self.at - other.at) <= _SAME_COMMIT


class CommitsSeen:
    """Tells each commit once, by the node that showed it first."""

    def __init__(self, before: Snapshot) -> None:
        self._last: dict[NodeName, LastCommit | None] = {v.node: LastCommit.of(v) for v in before.views}
        self._told: list[LastCommit] = []

    def new(self, now: Snapshot) -> tuple[str, ...]:
        return tuple(text for view in now.views if (text := self._new(view)) is not None)

    def _new(self, view: NodeView) -> str | None:
        found, earlier = LastCommit.of(view), self._last[view.node]
        if found is None:
            return None
        self._last[view.node] = found
        if earlier is None or not found.was_made_since(earlier):
            return None
        if any(found.is_same_as(told) for told in self._told):
            return None
        self._told.append(found)
        when = f"{found.at:%Y-%m-%d %H:%M:%S} UTC by the node's clock"
        return f"{view.node}: {found.by or 'somebody'} committed during the ISSU ({when})"


def people_seen(logins: Mapping[NodeName, Iterable[Login]]) -> tuple[str, ...]:
    """One sentence each; the same person at the same terminal is told in the same words."""
    return tuple(
        f"{node}: {login.user} {_does(login)} during the ISSU ({_where(login)})"
        for node, found in logins.items()
        for login in found
    )


def _does(login: Login) -> str:
    if login.is_exclusive:
        return "holds the configuration exclusively"
    return "is in configure mode" if login.is_configuring else "is logged in"


def _where(login: Login) -> str:
    return ", ".join(filter(None, (login.tty, f"from {login.origin}" if login.origin else None)))
