"""What a step of an upgrade is given: the intent of the upgrade and the ports that it may use."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from srx_issu.checks.runner import Validate, run
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Event
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.redaction.prose import redact
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.clock import Clock
from srx_issu.ports.devices import ClusterReader, ClusterWriter, CollectState, NodeFiles, ShowSession
from srx_issu.ports.journal import Evidence, Journal, Json, Leases
from srx_issu.ports.pager import Nobody, Pager
from srx_issu.ports.past import NoPast, PastUpgrades
from srx_issu.steps.late_journal import write_patiently
from srx_issu.steps.outage import Outage

Facts = dict[str, Json]  # what a step hands on: small, JSON, without secrets
AFTER_SENDING = (EntryKind.ACTION_SENT, EntryKind.ACTION_UNKNOWN, EntryKind.ACTION_REFUSED)


def _not_stopped() -> str | None:
    return None


def _no_bundle() -> str:
    raise RequestRefused("nobody can record one here")


@dataclass(frozen=True, kw_only=True)
class UpgradeContext:
    """Everything one step of one upgrade needs. Made in ``airflow/composition/upgrade.py``."""

    intent: Intent
    step: str
    reader: ClusterReader
    writer: ClusterWriter
    files: Callable[[NodeName], NodeFiles]
    show_session: Callable[[NodeName], AbstractContextManager[ShowSession]]
    collect: CollectState
    journal: Journal
    leases: Leases
    evidence: Evidence
    seal: Callable[[bytes], bytes]  # encrypts what holds secrets before it becomes evidence
    clock: Clock
    log: logging.Logger
    validate: Validate = run  # Great Expectations
    past: PastUpgrades = field(default_factory=NoPast)  # of other clusters, for whoever approves
    stopped: Callable[[], str | None] = _not_stopped  # who stopped the whole fleet, and why
    pager: Pager = field(default_factory=Nobody)
    bundle: Callable[[], str] = _no_bundle  # both nodes asked for everything; the text of a bundle
    keeps_sessions: bool = True  # the session of a start by RPC outlives the step; False: it ends with it

    @property
    def upgrade_id(self) -> str:
        return self.intent.upgrade_id

    def at(self, step: str) -> UpgradeContext:
        """The same for another step of the same task."""
        return replace(self, step=step)

    def known(self) -> UpgradeState:
        """What the journal knows of this upgrade by now."""
        return known(self.journal.entries(self.upgrade_id))

    def record(self, event: Event, text: str, *, node: NodeName | None = None) -> None:
        """Writes one entry and logs it: one line, cluster and node first.

        What became of a command that was sent is known only here: for that, a journal that is away is waited
        for. With other events JournalAway is raised, and the step begins anew when it is back.
        """
        entry = self.entry(event, text, node=node)
        at = f" {entry.node}" if entry.node else ""
        self.log.info("%s%s: %s", self.intent.cluster.name, at, redact(text))
        if entry.kind in AFTER_SENDING:
            write_patiently(self.journal, self.upgrade_id, entry, Outage(clock=self.clock, log=self.log))
        else:
            self.journal.record(self.upgrade_id, entry)

    def entry(self, event: Event, text: str, *, node: NodeName | None = None) -> Entry:
        """``node``: the one that the sentence is about, where the event names none."""
        return entry_of(event, text, at=self.clock.now(), step=self.step, node=node)
