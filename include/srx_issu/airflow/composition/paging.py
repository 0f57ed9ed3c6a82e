"""Calling people from a worker, by the notifiers that policy names for an upgrade. They were fixed with its
intent at ``claim``; no file is read."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread, Timer
from time import monotonic

from srx_issu.airflow.composition.notifying import link_to, notify
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.dag_names import dag_of

log = logging.getLogger(__name__)

WITHIN_S = 15.0
_alarms: dict[str, CallTimer] = {}  # of this process, by upgrade


class CallTimer:
    """Calls once, from a thread of its own, unless it is stopped before."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._lock = Lock()
        self._is_over = self._has_called = False

    def start(self, seconds: float) -> None:
        timer = Timer(seconds, self._ring)
        timer.daemon = True
        timer.start()

    def stop(self) -> bool:
        """False: it has called, or is about to."""
        with self._lock:
            self._is_over = True
            return not self._has_called

    def _ring(self) -> None:
        with self._lock:
            if self._is_over:
                return
            self._has_called = True
        self._call()


@dataclass(frozen=True, kw_only=True)
class NoticePager:
    """``ports.Pager``. Each notice has a thread of its own: one that hangs holds up neither the others, nor
    the task for longer than ``WITHIN_S``."""

    intent: Intent

    def call(self, title: str, text: str) -> None:
        whole = "\n\n".join(filter(None, (title, text, link_to(dag_of(self.intent), self.intent.upgrade_id))))
        threads = [
            Thread(target=notify, args=(wanted, title, whole), name=wanted.notifier, daemon=True)
            for wanted in self.intent.policy.notify
        ]
        for thread in threads:
            thread.start()
        until = monotonic() + WITHIN_S
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))
            if thread.is_alive():
                log.error("notice not sent by %s within %.0f s: %s", thread.name, WITHIN_S, title)

    def call_after(self, seconds: float, title: str, text: str) -> Callable[[], bool]:
        before = _alarms.get(self.intent.upgrade_id)
        if before is not None and not before.stop():
            return before.stop
        alarm = CallTimer(lambda: self.call(title, text))
        _alarms[self.intent.upgrade_id] = alarm
        alarm.start(seconds)
        return alarm.stop
