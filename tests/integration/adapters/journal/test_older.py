"""What the version before typed events wrote: verified as it is, and read for what brings a cluster home."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb
from typer.testing import CliRunner

from srx_issu.adapters.journal import SqlJournal, read_export, verify_links
from srx_issu.adapters.journal.conditions import check_account
from srx_issu.adapters.journal.export import Export
from srx_issu.adapters.journal.links import read_links
from srx_issu.cli.main import app
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    CommandWithdrawn,
    Sending,
)
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.events import (
    BaselineTaken,
    Claimed,
    IssuFound,
    NothingMoved,
    OutcomeDecided,
    Unread,
)
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import (
    ClusterHandedOver,
    ClusterReleased,
    ClusterTakenOver,
    RecoveryPlanned,
)
from srx_issu.domain.history.upgrade_state import UpgradeState, known
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.upgrade.intent import Purpose, StartMethod
from srx_issu.report import build_report

HERE = Path(__file__).parent / "older"
UPGRADE, RECOVERY = "manual__1", "recover__1"
BOTH = (UPGRADE, RECOVERY)
TRANSCRIPT = "/var/tmp/srx-issu-manual__1-19b04f56/transcript"
BASELINE = BaselineTaken(
    snapshot="manual__1/baseline-snapshot.json",
    state="manual__1/baseline-state.json",
    noise="manual__1/baseline-tolerances.json",
)


def exported(upgrade_id: str) -> Export:
    return read_export((HERE / f"{upgrade_id}.jsonl").read_text().splitlines())


def rows(upgrade_id: str, source: str) -> list[Mapping[str, Any]]:
    links = exported(upgrade_id).links
    return [json.loads(link.payload)["row"] for link in links if link.source == source]


@pytest.fixture
def journal(journal_url: str) -> SqlJournal:
    """With both upgrades in it, as they were written."""
    with psycopg.connect(journal_url) as connection:
        for upgrade_id in BOTH:
            insert(connection, "upgrades", rows(upgrade_id, "upgrades")[0])
            for row in rows(upgrade_id, "events"):
                columns = {
                    name: value for name, value in row.items() if name not in ("event_id", "recorded_at")
                }
                insert(connection, "events", columns)
    return SqlJournal(journal_url)


def insert(connection: psycopg.Connection[Any], table: str, row: Mapping[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
    values = [Jsonb(value) if isinstance(value, dict) else value for value in row.values()]
    connection.execute(f"INSERT INTO srx_issu.{table} ({names}) VALUES ({marks})".encode(), values)


def read(journal: SqlJournal, upgrade_id: str) -> list[Entry]:
    return [*journal.entries(upgrade_id)]


def state(journal: SqlJournal, upgrade_id: str) -> UpgradeState:
    return known(journal.entries(upgrade_id))


def events_of(entries: list[Entry], kind: type[Any]) -> list[Any]:
    return [entry.event for entry in entries if isinstance(entry.event, kind)]


@pytest.mark.parametrize("upgrade_id", BOTH)
def test_an_older_export_verifies(upgrade_id: str) -> None:
    kept = exported(upgrade_id)
    found = verify_links(kept.upgrade_id, kept.links, kept.verifier, (kept.head,), kept.signature)
    assert (found.faults, found.notes) == ((), ())
    assert all(link.signature for link in kept.links)


@pytest.mark.parametrize("upgrade_id", BOTH)
def test_the_command_verifies_it(upgrade_id: str) -> None:
    told = CliRunner().invoke(app, ["audit", "verify", "--file", str(HERE / f"{upgrade_id}.jsonl")])
    assert told.exit_code == 0, told.output
    assert f"{upgrade_id}: whole; head " in told.output


def test_an_older_export_that_was_changed_is_still_found_out() -> None:
    kept = exported(UPGRADE)
    forged = tuple(replace(link, payload=link.payload.replace("by bea", "by eve")) for link in kept.links)
    found = verify_links(kept.upgrade_id, forged, kept.verifier, (kept.head,), kept.signature)
    assert "its hash does not follow" in str(found.faults[0])


@pytest.mark.parametrize(
    ("taken_out", "fault"),
    [
        (("asked",), "answers what was never asked"),
        (("approval", "answered"), "begun without an approval before it"),
        (("action_intended",), "was never intended before"),
    ],
)
def test_the_rules_of_the_account_still_find_their_fault_in_it(
    taken_out: tuple[str, ...], fault: str
) -> None:
    told, _ = read_links(UPGRADE, exported(UPGRADE).links)
    assert [*check_account(told)] == []
    left = [row for row in told if row.values.get("kind") not in taken_out]
    assert any(fault in str(found) for found in check_account(left))


def test_every_kind_of_entry_is_in_them() -> None:
    assert {row["kind"] for each in BOTH for row in rows(each, "events")} == {*EntryKind}


@pytest.mark.parametrize("upgrade_id", BOTH)
def test_nothing_of_what_people_read_is_lost(journal: SqlJournal, upgrade_id: str) -> None:
    told = [(e.kind.value, e.step, e.text, e.node, e.at) for e in read(journal, upgrade_id)]
    assert told == [
        (row["kind"], row["step"], row["text"], row["node"], datetime.fromisoformat(row["at"]))
        for row in rows(upgrade_id, "events")
    ]


def test_its_intent_is_read(journal: SqlJournal) -> None:
    assert journal.intent(UPGRADE).cluster.name == "fw-1"
    assert journal.intent(RECOVERY).purpose is Purpose.RECOVER


def test_the_start_is_the_one_that_was_not_withdrawn(journal: SqlJournal) -> None:
    so_far = state(journal, UPGRADE)
    assert so_far.start is not None
    assert (so_far.start.starter, so_far.start.by_rpc) == (NodeName.NODE0, False)
    assert so_far.start.transcript_path == TRANSCRIPT
    intended = so_far.intended_start
    assert intended is not None
    assert (intended.command.key, intended.command.method) == ("start_issu#2", StartMethod.SHELL)
    assert so_far.start_was_sent
    assert so_far.once_key("start_issu") == "start_issu#2"
    (withdrawn,) = events_of(read(journal, UPGRADE), CommandWithdrawn)
    assert withdrawn.permit_id not in {one.command.permit_id for one in so_far.intended}


def test_what_was_sent_is_known_with_what_it_was_for(journal: SqlJournal) -> None:
    so_far = state(journal, UPGRADE)
    assert so_far.gathered_groups == (1,)
    assert so_far.sent_for == {Sending.GATHER, Sending.START, Sending.RECOVER}
    (command,) = so_far.recovery_commands
    assert command.key == "reboot_node0"
    assert command.booted_at is not None
    assert so_far.is_recovery_begun
    assert ("/var/tmp/new.tgz", NodeName.NODE0) in {
        (one.command.file, one.command.node) for one in so_far.intended
    }
    entries = read(journal, UPGRADE)
    assert [bool(events_of(entries, kind)) for kind in (CommandSent, CommandUnanswered, CommandRejected)] == [
        True,
        True,
        True,
    ]
    assert so_far.start_refusal is None  # it was another command that the node refused


def test_the_baseline_is_found_and_no_later_picture_is_taken_for_it(journal: SqlJournal) -> None:
    for upgrade_id in BOTH:
        so_far = state(journal, upgrade_id)
        assert (so_far.claimed, so_far.baseline, so_far.after) == (True, BASELINE, None)


def test_the_plan_and_the_end_are_known(journal: SqlJournal) -> None:
    for upgrade_id in BOTH:
        so_far = state(journal, upgrade_id)
        assert so_far.plan is not None
        assert (so_far.plan.event.failure, so_far.plan.event.plan_kind, so_far.plan.event.permission) == (
            FailureClass.PRIMARY_REBOOT_FAILED,
            PlanKind.FINISH_FORWARD,
            Permission.ASK,
        )
        assert so_far.plan.event.plan == f"{upgrade_id}/recovery-plan.json"
        assert so_far.conclusion is not None
        assert so_far.conclusion.outcome is Outcome.NEEDS_OPERATOR


def test_a_recovery_goes_on_from_what_it_found(journal: SqlJournal) -> None:
    so_far = state(journal, RECOVERY)
    assert so_far.found == IssuFound(starter=NodeName.NODE0, target="22.4R3-S2.11", transcript=TRANSCRIPT)
    assert so_far.start is not None
    assert so_far.start.starter is NodeName.NODE0
    assert so_far.nothing_moved == "nothing has moved for 900 s"
    assert so_far.released
    assert not state(journal, UPGRADE).released


def test_an_older_answer_approves_nothing_any_more(journal: SqlJournal) -> None:
    """It was given to another version's question: this one asks its own."""
    for upgrade_id in BOTH:
        so_far = state(journal, upgrade_id)
        assert (so_far.talk, so_far.ready, so_far.assessment) == ([], None, None)


def test_who_decided_is_in_the_report(journal: SqlJournal) -> None:
    record = journal.upgrade(UPGRADE)
    assert record is not None
    told = json.loads(build_report(record, journal.intent(UPGRADE), journal.entries(UPGRADE), {}).json)
    assert told["approved_by"] == ["bea", "ada"]
    assert "taken over by ada" in {line["text"].partition(" for ")[0] for line in told["approvals"]}
    (start, recovery) = events_of(read(journal, UPGRADE), ApprovalConfirmed)
    assert (start.purpose, recovery.purpose) == (ApprovalPurpose.START, ApprovalPurpose.RECOVERY)


def test_everything_else_is_for_people_only(journal: SqlJournal) -> None:
    entries = [*read(journal, UPGRADE), *read(journal, RECOVERY)]
    assert {type(entry.event) for entry in entries} == {
        ApprovalConfirmed,
        BaselineTaken,
        Claimed,
        ClusterHandedOver,
        ClusterReleased,
        ClusterTakenOver,
        CommandIntended,
        CommandRejected,
        CommandSent,
        CommandUnanswered,
        CommandWithdrawn,
        IssuFound,
        NothingMoved,
        OutcomeDecided,
        RecoveryPlanned,
        Unread,
    }
    unread = {entry.kind for entry in entries if isinstance(entry.event, Unread)}
    assert unread == {
        EntryKind.ANSWER,
        EntryKind.DECIDED,
        EntryKind.FINDING,
        EntryKind.OBSERVED,
        EntryKind.PERMIT_REFUSED,
        EntryKind.QUESTION,
        EntryKind.STEP_FAILED,
        EntryKind.STEP_FINISHED,
        EntryKind.STEP_STARTED,
    }
