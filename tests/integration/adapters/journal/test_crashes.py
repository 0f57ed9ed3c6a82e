"""Six writers, one lease, and a PostgreSQL that is killed six times while they write.

The server is the embedded one, with its durable settings; SIGQUIT to the postmaster is its immediate
shutdown: no checkpoint, every session cut, recovery from the log at the next start.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Event as Flag
from threading import Lock

import pytest

from srx_issu.adapters.journal import (
    JournalQueries,
    Signer,
    SqlChain,
    SqlJournal,
    SqlLeases,
    make_key,
    read_signer,
    verify_stored,
)
from srx_issu.domain.errors import JournalError, LeaseHeld
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.entry import Entry
from srx_issu.ports.journal import Hold, IntendAnswer
from srx_issu.stack.embedded.databases import prepare_journal
from srx_issu.stack.embedded.postgres import JOURNAL_WRITER, Postgres
from srx_issu.stack.processes.component import Component
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.sessions import end_all
from tests.integration.adapters.journal.samples import NOON, make_intent
from tests.integration.adapters.journal.tampering import permitted

FW, SHARED = "cluster:fw-a", "shared__fw-a"
WRITERS, CRASHES, TTL_S = 6, 6, 10.0
LONGEST_S = 60.0


class Server:
    """The embedded PostgreSQL, which can be killed and started again."""

    def __init__(self, home: Home) -> None:
        self._postgres = Postgres(home)
        self._component: Component = self._up()
        self.url = self._postgres.uri("journal", "+psycopg", JOURNAL_WRITER)
        self.owner_url = self._postgres.uri("journal", "+psycopg")

    def _up(self) -> Component:
        component = Component(self._postgres.program())
        self._postgres.wait(component.check)
        return component

    def crash(self) -> None:
        os.kill(self._component.session.sid, signal.SIGQUIT)
        self._component.wait()
        self._component = self._up()

    def stop(self) -> None:
        end_all((self._component.session,), 10.0)
        self._component.wait()
        self._postgres.forget()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    home = Home(root=tmp_path / "state")
    home.create()
    made = Server(home)
    try:
        prepare_journal(made.owner_url, JOURNAL_WRITER)
        yield made
    finally:
        made.stop()


@dataclass
class Seen:
    """What the writers were told: acknowledged, and so not to be lost."""

    keys: list[tuple[str, str]] = field(default_factory=list)  # (upgrade, key) that was WRITTEN
    holds: list[tuple[float, float, str]] = field(default_factory=list)  # from, until, owner
    cut: int = 0  # calls that ended without an answer
    lock: Lock = field(default_factory=Lock)


def work(owner: str, url: str, signer: Signer, seen: Seen, enough: Flag) -> None:
    journal, leases = SqlJournal(url, signer), SqlLeases(url, signer)
    number = 0
    while not enough.is_set():
        number += 1
        try:
            contend(journal, f"k{len(seen.keys)}", seen)
            asked = time.monotonic()
            leases.take(FW, owner, TTL_S)
            held = time.monotonic()
            intended = journal.intend(owner, command(f"own-{number}"), Hold(resources=(FW,), ttl_s=TTL_S))
            assert intended.written, intended
            with seen.lock:
                seen.keys.append((owner, f"own-{number}"))
                seen.holds.append((held, min(time.monotonic(), asked + TTL_S), owner))
            leases.release(FW, owner)
        except LeaseHeld:
            time.sleep(0.01)
        except JournalError:
            with seen.lock:
                seen.cut += 1
            time.sleep(0.05)


def contend(journal: SqlJournal, key: str, seen: Seen) -> None:
    """For a key that all of them want."""
    if journal.intend(SHARED, command(key)).answer is IntendAnswer.WRITTEN:
        with seen.lock:
            seen.keys.append((SHARED, key))


def command(key: str) -> Entry:
    return permitted(SendPurpose.PREPARE, f"copy {key}", key)


def test_no_key_is_won_twice_nothing_acknowledged_is_lost_and_no_holders_overlap(
    server: Server, tmp_path: Path
) -> None:
    make_key(tmp_path / "journal.key")
    signer = read_signer(tmp_path / "journal.key")
    owners = [f"writer{number}__fw-a" for number in range(WRITERS)]
    for upgrade_id in (SHARED, *owners):
        SqlJournal(server.url, signer).open_upgrade(make_intent(upgrade_id), NOON)
    seen, enough = Seen(), Flag()
    with ThreadPoolExecutor(WRITERS) as pool:
        workers = [pool.submit(work, owner, server.url, signer, seen, enough) for owner in owners]
        try:
            for _ in range(CRASHES):
                wait_for_progress(seen)
                server.crash()
            wait_for_progress(seen)
        finally:
            enough.set()
        for worker in workers:
            worker.result(LONGEST_S)

    assert seen.cut >= CRASHES  # somebody was cut off each time, or the test tests nothing
    assert len(seen.keys) == len(set(seen.keys))
    kept = {
        (upgrade_id, entry.key)
        for upgrade_id in (SHARED, *owners)
        for entry in SqlJournal(server.url).entries(upgrade_id)
    }
    assert set(seen.keys) - kept == set()
    ordered = sorted(seen.holds)
    assert all(first[1] <= second[0] or first[2] == second[2] for first, second in pairwise(ordered))
    assert_one_holder_at_a_time(server.url)
    for upgrade_id in (SHARED, *owners):
        found = verify_stored(SqlChain(server.url).stored(upgrade_id), signer.verifier)
        assert found.faults == ()


def wait_for_progress(seen: Seen) -> None:
    """Until everybody had a few answers since: a crash is to meet them at work."""
    already, deadline = len(seen.holds), time.monotonic() + LONGEST_S
    while len(seen.holds) < already + 2 * WRITERS:
        assert time.monotonic() < deadline, "the writers make no progress"
        time.sleep(0.02)


def assert_one_holder_at_a_time(url: str) -> None:
    """By the database's own account: nobody takes it before the last one gave it back."""
    holder: str | None = None
    for change in JournalQueries(url).lease_changes(FW):
        if change.what == "released":
            assert change.owner == holder
            holder = None
        else:
            assert change.what == "taken"  # nobody was away for long enough to lose it
            assert holder is None
            holder = change.owner
