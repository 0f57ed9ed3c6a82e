"""The journal's outage as all waits of a loop see it: while it is away one of them asks, the others know.

A database behind a dead network takes ten seconds to say nothing. A thousand waits that each found that out
would queue for the loop's few threads, and nobody would look at a node meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, cast

from srx_issu.airflow.composition.stores import Stores
from srx_issu.domain.errors import JournalAway

R = TypeVar("R")
T = TypeVar("T")
ASK_AGAIN_S = 1.0  # one question a second is no load for a server that starts


class SharedOutage:
    """Safe to use from threads."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._away: JournalAway | None = None  # why, as last heard
        self._again_at = 0.0
        self._is_asked = False

    def ask(self, question: Callable[[], R]) -> R:
        """What ``question`` returns. Raises JournalAway without asking while somebody else finds out."""
        self._admit()
        try:
            answer = question()
        except JournalAway as away:
            self._heard(away)
            raise
        except BaseException:
            self._heard(None)  # it answered, if with a no
            raise
        self._heard(None)
        return answer

    def _admit(self) -> None:
        with self._lock:
            if self._away is None:
                return
            if self._is_asked or self._now() < self._again_at:
                raise JournalAway(str(self._away)) from self._away
            self._is_asked = True

    def _heard(self, away: JournalAway | None) -> None:
        with self._lock:
            self._away, self._is_asked = away, False
            self._again_at = self._now() + ASK_AGAIN_S


def sharing(stores: Stores, outage: SharedOutage) -> Stores:
    """The same stores, asked through ``outage``."""
    return replace(
        stores,
        journal=_through(outage, stores.journal),
        campaigns=_through(outage, stores.campaigns),
        leases=_through(outage, stores.leases),
        evidence=_through(outage, stores.evidence),
    )


class _Through:
    def __init__(self, outage: SharedOutage, store: Any) -> None:
        self._outage, self._store = outage, store

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._store, name)

        def asked(*args: Any, **kwargs: Any) -> Any:
            return self._outage.ask(lambda: method(*args, **kwargs))

        return asked


def _through(outage: SharedOutage, store: T) -> T:
    return cast("T", _Through(outage, store))
