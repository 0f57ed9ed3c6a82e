"""One upgrade from claim to close, as the software writes it; and a hand that reaches into the database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import psycopg

from srx_issu.adapters.journal import Signer, SqlJournal, SqlLeases, StoredEvidence
from srx_issu.adapters.journal.conditions import REQUIRED
from srx_issu.ports.journal import Entry, EntryKind, Hold, Json, Outcome
from tests.journal.samples import NOON, make_event, make_intent

UPGRADE = "wave1__fw-a"
FW = "cluster:fw-a"
START = "request vmhost software in-service-upgrade /var/tmp/junos.tgz reboot"
TARGET = make_intent().image.release


def permitted(purpose: str, command: str, key: str, **permit: str) -> Entry:
    """An intent as the send gate writes it."""
    conditions: dict[str, Json] = dict.fromkeys(sorted(REQUIRED[purpose]), "holds")
    return Entry(
        at=NOON,
        kind=EntryKind.ACTION_INTENDED,
        step="issu.start",
        text=f"{command} (because)",
        node="node0",
        key=key,
        detail={
            "command": command,
            "purpose": purpose,
            "permit_id": key,
            "permit": {**conditions, **permit},
        },
    )


def sent(command: str, key: str) -> Entry:
    detail: dict[str, Json] = {"command": command, "permit_id": key}
    return Entry(
        at=NOON, kind=EntryKind.ACTION_SENT, step="issu.start", text="started", node="node0", detail=detail
    )


def approved(who: str = "ada", *, yes: bool = True) -> Entry:
    detail: dict[str, Json] = {"approved": yes, "by": who, "for": "start"}
    return Entry(at=NOON, kind=EntryKind.APPROVAL, step="approval", text=f"by {who}", detail=detail)


def decided(outcome: Outcome) -> Entry:
    return Entry(
        at=NOON, kind=EntryKind.DECIDED, step="judge", text="done", detail={"outcome": outcome.value}
    )


def verified(release: str = TARGET) -> Entry:
    return replace(make_event(), text=f"both nodes run {release}, groups RG0, RG1 settled")


def write_upgrade(
    url: str, folder: Path, signer: Signer | None, *, begun: bool = True, approval: Entry | None = None
) -> None:
    """Approved, started, verified, closed."""
    journal, leases = SqlJournal(url, signer), SqlLeases(url, signer)
    journal.open_upgrade(make_intent(), NOON)
    leases.take(FW, UPGRADE, 600)
    journal.record(UPGRADE, approval or approved())
    if begun:
        hold = Hold(resources=(FW,), ttl_s=600)
        assert journal.intend(UPGRADE, permitted("begin", START, "t1"), hold).written
        journal.record(UPGRADE, sent(START, "t1"))
    journal.record(UPGRADE, verified())
    StoredEvidence(url, folder, signer=signer).write(UPGRADE, "after.json", "{}")
    journal.record(UPGRADE, decided(Outcome.UPGRADED))
    journal.close_upgrade(UPGRADE, Outcome.UPGRADED, "both nodes run it", NOON)
    leases.release(FW, UPGRADE)


def tamper(url: str, *statements: str) -> None:
    """As the tables' owner, with every trigger switched off."""
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            assert connection.execute(statement.encode()).rowcount == 1, statement
