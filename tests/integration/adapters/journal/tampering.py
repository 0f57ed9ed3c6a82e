"""One upgrade from claim to close, as the software writes it; and a hand that reaches into the database."""

from __future__ import annotations

from pathlib import Path

import psycopg

from srx_issu.adapters.journal import Signer, SqlJournal, SqlLeases, StoredEvidence
from srx_issu.adapters.journal.conditions import REQUIRED
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.command_events import CommandIntended, CommandSent, Sending
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Observed, OutcomeDecided
from srx_issu.domain.outcome import Outcome
from srx_issu.ports.journal import Hold
from tests.integration.adapters.journal.samples import NOON, make_entry, make_intent

UPGRADE = "wave1__fw-a"
FW = "cluster:fw-a"
START = "request vmhost software in-service-upgrade /var/tmp/junos.tgz reboot"
TARGET = make_intent().image.release


def permitted(purpose: SendPurpose, command: str, key: str, **permit: str) -> Entry:
    """An intent as the send gate writes it."""
    conditions = dict.fromkeys(sorted(REQUIRED[purpose]), "holds")
    event = CommandIntended(
        sending=Sending.START if command == START else Sending.RECOVER,
        node=NodeName.NODE0,
        command=command,
        permit_id=key,
        purpose=purpose,
        permit={**conditions, **permit},
        once=key,
        key=key,
    )
    return entry_of(event, f"{command} (because)", at=NOON, step="issu.start")


def sent(command: str, key: str) -> Entry:
    event = CommandSent(sending=Sending.START, node=NodeName.NODE0, command=command, permit_id=key)
    return entry_of(event, "started", at=NOON, step="issu.start")


def approved(who: str = "ada", purpose: ApprovalPurpose = ApprovalPurpose.START) -> Entry:
    event = ApprovalConfirmed(purpose=purpose, by=who, digest=None)
    return entry_of(event, f"by {who}", at=NOON, step="approval")


def decided(outcome: Outcome) -> Entry:
    return entry_of(OutcomeDecided(outcome=outcome), "done", at=NOON, step="judge")


def verified(release: str = TARGET) -> Entry:
    return make_entry(Observed(), f"both nodes run {release}, groups RG0, RG1 settled")


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
        assert journal.intend(UPGRADE, permitted(SendPurpose.BEGIN, START, "t1"), hold).written
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
