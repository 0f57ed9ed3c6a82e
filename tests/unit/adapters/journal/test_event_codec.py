"""Every event as the journal keeps it. Stored journals name events, their fields and their values: a change
of one of these is a change of what is stored, and needs a reader for what was stored before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from types import SimpleNamespace
from typing import Any, cast, get_args

import pytest
from pydantic import ValidationError

from srx_issu.adapters.journal.codec import entry_from_row, entry_to_row, event_from_json, event_to_json
from srx_issu.adapters.journal.secrecy import checked_detail
from srx_issu.domain.approvals.judge import AskedQuestion
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import JournalError
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.gate.table import SendCondition, SendPurpose
from srx_issu.domain.history.approval_events import (
    AnswerGiven,
    ApprovalConfirmed,
    QuestionAsked,
    QuestionGivenUp,
)
from srx_issu.domain.history.command_events import (
    CommandIntended,
    CommandRejected,
    CommandSent,
    CommandUnanswered,
    CommandWithdrawn,
    PermitRefused,
    Sending,
)
from srx_issu.domain.history.entry import entry_of
from srx_issu.domain.history.events import (
    BaselineTaken,
    Claimed,
    CommitUndone,
    Decided,
    Event,
    FindingMade,
    FoundBy,
    IssuFound,
    NothingMoved,
    Observed,
    OutcomeDecided,
    ReadinessPassed,
    StateCollected,
    StillMissing,
    Unread,
    WayDecided,
)
from srx_issu.domain.history.hand_events import HandWorkAnswered, HandWorkAsked
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import (
    ClusterHandedOver,
    ClusterReleased,
    ClusterTakenOver,
    FailureNamed,
    RecoveryPlanned,
    RecoveryStepPassed,
)
from srx_issu.domain.history.route_events import (
    CalledFor,
    OldImageThere,
    PersonCalled,
    RouteFound,
    RoutePlanned,
    RouteStepPassed,
)
from srx_issu.domain.history.step_events import (
    Awaited,
    OwnWait,
    StepFailed,
    StepFinished,
    StepStarted,
    WaitBegan,
    WaitEnded,
)
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.procedure.by_hand import Word
from srx_issu.domain.recovery.plan import PlanKind
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.domain.upgrade.route import Route

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
QUESTION = AskedQuestion(purpose="start", digest="d" * 64, gate="start gate 1", try_number=2)
INTENDED = CommandIntended(
    sending=Sending.START,
    node=NodeName.NODE1,
    command="request system reboot",
    permit_id="p1",
    purpose=SendPurpose.BEGIN,
    permit={"open": "open", "held": "by this upgrade"},
    once="start_issu",
    key="start_issu#2",
    method=StartMethod.SHELL,
    transcript="/var/tmp/transcript",
    group=1,
    file="/var/tmp/junos.tgz",
    recovery_command="reboot_node0",
    route_command="install_node1",
    undo=("delete chassis cluster traceoptions",),
    booted_at=NOON,
)
ANSWERED: dict[str, Any] = {
    "sending": Sending.UPLOAD,
    "node": NodeName.NODE0,
    "command": "copy",
    "permit_id": "p1",
    "file": "/var/tmp/junos.tgz",
    "started": "accepted",
    "method": StartMethod.RPC,
}
# One of each, with a value in every field.
FULL: tuple[Event, ...] = (
    StepStarted(),
    StepFinished(documents={"html": "u/report.html"}, awaited=OwnWait.STATE_AFTER_ISSU),
    StepFailed(task="verify", awaited=ActionName.REBOOT_NODE),
    WaitBegan(awaited=OwnWait.UNATTENDED_ISSU, goal=Goal.COLD_SYNCED),
    WaitEnded(awaited=Goal.RESYNCED, reached=False),
    Claimed(),
    BaselineTaken(
        snapshot="u/snapshot",
        state="u/state",
        noise="u/noise",
        rg0_hold_down_s=900,
        data_hold_down_s=60,
        routing_engine="RE3",
        replaced="u/before",
    ),
    StateCollected(snapshot="u/snapshot", state="u/state"),
    IssuFound(starter=NodeName.NODE1, target="22.4R3-S2.11", transcript="/var/tmp/t"),
    NothingMoved(),
    ReadinessPassed(
        for_approval=True,
        ask="may it?",
        found="21.4R3",
        support="documented",
        findings=("a", "b"),
        measured="3 runs",
        downgrade_from="21.4R3",
    ),
    Decided(),
    WayDecided(),
    OutcomeDecided(outcome=Outcome.ROLLED_BACK),
    INTENDED,
    CommandSent(**ANSWERED),
    CommandUnanswered(**ANSWERED),
    CommandRejected(**ANSWERED),
    CommandWithdrawn(node=NodeName.NODE0, permit_id="p1", command="copy", once="start_issu"),
    PermitRefused(node=NodeName.NODE0, condition=SendCondition.STILL_DUE, purpose=SendPurpose.BRING_HOME),
    QuestionAsked(
        question=QUESTION,
        shown="s" * 64,
        parts={"found": "21.4R3"},
        assigned=("ada", "bea"),
        needed=2,
        clearings=3,
    ),
    QuestionGivenUp(question=QUESTION, superseded_by="e" * 64, lost="ada's answer"),
    AnswerGiven(question=QUESTION, by="ada", name="Ada", choice="Approve", responded_at=NOON),
    ApprovalConfirmed(purpose=ApprovalPurpose.RECOVERY, by="ada", digest="d" * 64),
    ClusterReleased(by="ada"),
    ClusterHandedOver(by="ada"),
    ClusterTakenOver(
        by="ada",
        from_upgrade="manual__1",
        undo=("delete chassis cluster traceoptions",),
        committed=("set chassis cluster traceoptions flag all",),
        is_commit_answered=False,
    ),
    FailureNamed(failure=FailureClass.STUCK),
    RecoveryPlanned(
        plan="u/plan",
        diagnosis="u/diagnosis",
        failure=FailureClass.STUCK,
        plan_kind=PlanKind.ROLL_BACK,
        permission=Permission.ASK,
        digest="d" * 64,
        steps="on node1: request system reboot",
    ),
    RecoveryStepPassed(action=ActionName.ABORT_ISSU),
    RoutePlanned(route=Route.DUAL_REBOOT, starter=NodeName.NODE0, plan="u/route-plan", digest="d" * 64),
    OldImageThere(node=NodeName.NODE1, path="/var/tmp/old.tgz", sha256="a" * 64),
    RouteStepPassed(action=ActionName.INSTALL_ON_SECONDARY),
    PersonCalled(why=CalledFor.SECOND_REBOOT),
    RouteFound(from_upgrade="manual__1"),
    HandWorkAsked(action=ActionName.JOIN_LINKS),
    HandWorkAnswered(action=ActionName.JOIN_LINKS, by="ada", name="Ada", word=Word.DONE, responded_at=NOON),
    FindingMade(by=FoundBy.POLICIES, check="policies", evidence="u/policies", pfes=("fpc0", "fpc1")),
    CommitUndone(),
    StillMissing(awaited=OwnWait.STATE_AFTER_FAIL_BACK, missing="routes"),
    Observed(evidence="u/words"),
)
# And with as little as each can have.
SPARE: tuple[Event, ...] = (
    StepFinished(),
    StepFailed(task="verify"),
    WaitBegan(awaited=Goal.COLD_SYNCED),
    BaselineTaken(snapshot="u/snapshot", state="u/state"),
    IssuFound(starter=NodeName.NODE1, target="not known", transcript=None),
    ReadinessPassed(for_approval=False, ask=None, found="", support=""),
    CommandIntended(sending=None, node=NodeName.NODE0, command="copy", permit_id=None),
    CommandSent(sending=None, node=None),
    CommandUnanswered(sending=None, node=None),
    CommandRejected(sending=None, node=None),
    CommandWithdrawn(node=NodeName.NODE0, permit_id=None, command="copy"),
    QuestionAsked(question=QUESTION),
    QuestionGivenUp(question=QUESTION, superseded_by="e" * 64),
    AnswerGiven(question=QUESTION, by="ada", name="Ada", choice="Reject"),
    ApprovalConfirmed(purpose=ApprovalPurpose.START, by="ada", digest=None),
    replace(next(event for event in FULL if isinstance(event, RecoveryPlanned)), digest=None),
    FindingMade(by=None),
    Observed(),
)
# As stored journals have them: name, and fields.
STORED: Mapping[str, str] = {
    "answer_given": "question by name choice responded_at",
    "approval_confirmed": "purpose by digest",
    "baseline_taken": "snapshot state noise rg0_hold_down_s data_hold_down_s routing_engine replaced",
    "claimed": "",
    "cluster_handed_over": "by",
    "cluster_released": "by",
    "cluster_taken_over": "by from_upgrade undo committed is_commit_answered",
    "command_intended": "sending command permit_id purpose permit once method transcript group file "
    "recovery_command route_command undo booted_at",
    "command_rejected": "sending command permit_id file started method",
    "command_sent": "sending command permit_id file started method",
    "command_unanswered": "sending command permit_id file started method",
    "command_withdrawn": "permit_id command once",
    "commit_undone": "",
    "decided": "",
    "failure_named": "failure",
    "finding_made": "by check evidence pfes",
    "hand_work_answered": "action by name word responded_at",
    "hand_work_asked": "action",
    "issu_found": "starter target transcript",
    "nothing_moved": "",
    "observed": "evidence",
    "old_image_there": "path sha256",
    "outcome_decided": "outcome",
    "permit_refused": "condition purpose",
    "question_asked": "question shown parts assigned needed clearings",
    "question_given_up": "question superseded_by lost",
    "readiness_passed": "for_approval ask found support findings measured downgrade_from",
    "recovery_planned": "plan diagnosis failure plan_kind permission digest steps",
    "recovery_step_passed": "action",
    "person_called": "why",
    "route_found": "from_upgrade",
    "route_planned": "route starter plan digest",
    "route_step_passed": "action",
    "state_collected": "snapshot state",
    "step_failed": "task awaited",
    "step_finished": "documents awaited",
    "step_started": "",
    "still_missing": "awaited missing",
    "wait_began": "awaited goal",
    "wait_ended": "awaited reached",
    "way_decided": "",
}
# The values of what is stored by its value, and decided from.
VALUES: Mapping[type[Any], str] = {
    Sending: "snapshot upload validate gather trace start old_image install reboot commit halt answer "
    "resync_policies reset_flags fail_back fail_back_rg0 recover return_groups undo_commit clean_up",
    OwnWait: "state_after_issu state_after_fail_back unattended_issu",
    FoundBy: "readiness snapshot validation policies state last_look recovery to_do commit bystanders lease",
    Goal: "secondary_upgraded cold_synced switched_over primary_upgraded resynced groups_settled groups_home "
    "flags_cleared",
    ActionName: "relax isolate_secondary take_links_apart install_on_secondary install_on_primary "
    "reboot_secondary reboot_primary secondary_alone close_old_primary open_secondary "
    "install_on_old_primary reboot_old_primary_alone old_primary_alone halt_node join_links "
    "take_traffic_back open_ports put_back wait_for_both_nodes take_back_software abort_icu wait_for_node "
    "fail_over_to_old_image roll_back_node wait_for_old_release reboot_old_primary "
    "wait_for_target_release abort_issu reboot_node wait_for_reboot wait_for_cold_sync "
    "resync_policies bring_groups_back reset_failover verify_restored",
    Word: "Done Stop here",
    SendPurpose: "prepare configure begin continue complete answer bring_home undo_commit",
}


def name_of(event: Event) -> str:
    return type(event).__name__


def columns(event: Event) -> dict[str, Any]:
    """What its row has beside the detail."""
    entry = entry_of(event, "text", at=NOON, step="step")
    return {"node": entry.node, "key": entry.key}


def kept(event: Event) -> Event:
    return event_from_json(event_to_json(event), columns(event))


def made_of(value: object) -> object:
    """The types in it, however deep."""
    if is_dataclass(value):
        return type(value), [made_of(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return tuple, [made_of(each) for each in value]
    return type(value)


@pytest.mark.parametrize("event", [*FULL, *SPARE], ids=name_of)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    back = kept(event)
    assert back == event
    assert made_of(back) == made_of(event)  # of enums, where their values are equal to them


def test_there_is_an_example_of_every_event_with_a_value_in_every_field() -> None:
    assert {type(event) for event in FULL} == {*get_args(Event)} - {Unread}
    for event in FULL:
        empty = [f.name for f in fields(event) if getattr(event, f.name) in (None, "", (), {})]
        assert empty == [], name_of(event)


def test_the_names_and_fields_of_stored_events_are_those_of_stored_journals() -> None:
    found = {}
    for event in FULL:
        name, *told = event_to_json(event).items()
        assert name[0] == "event"
        found[name[1]] = " ".join(field for field, _ in told)
    assert found == STORED


def test_a_command_of_a_recovery_that_an_older_version_intended_is_read() -> None:
    older = {"event": "command_intended", "sending": "recover", "command": "reboot", "errand": "reboot_node0"}
    read = event_from_json(older, {"node": "node0", "key": "recover.reboot_node0"})
    assert isinstance(read, CommandIntended)
    assert read.recovery_command == "reboot_node0"


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_the_values_are_those_of_stored_journals(kind: type[Any]) -> None:
    assert " ".join(member.value for member in kind) == VALUES[kind]


def test_what_is_waited_for_is_told_apart_by_its_value() -> None:
    kinds = get_args(Awaited)
    assert {*kinds} == {Goal, ActionName, OwnWait}
    for one, other in combinations(kinds, 2):
        assert {each.value for each in one} & {each.value for each in other} == set(), (one, other)
    for member in (each for kind in kinds for each in kind):
        for event in (
            WaitBegan(awaited=member),
            StepFinished(awaited=member),
            StepFailed(task="t", awaited=member),
        ):
            back = cast("WaitBegan", kept(event)).awaited
            assert back is member


@pytest.mark.parametrize("event", [*FULL, *SPARE], ids=name_of)
def test_an_entry_comes_back_from_its_row(event: Event) -> None:
    entry = entry_of(event, "text", at=NOON, step="step", node=NodeName.NODE1)
    row = {**entry_to_row("u", entry), "recorded_at": NOON + timedelta(seconds=1), "event_id": 7}
    assert row["kind"] == event.kind.value
    back = entry_from_row(cast("Any", SimpleNamespace(**row)))
    assert back == replace(entry, recorded_at=NOON + timedelta(seconds=1))


@pytest.mark.parametrize("event", FULL, ids=name_of)
def test_no_name_of_a_field_is_taken_for_a_secret(event: Event) -> None:
    assert checked_detail(event_to_json(event)) == event_to_json(event)


@pytest.mark.parametrize(
    "event",
    [
        StepFinished(documents={"password": "hunter2"}),
        replace(INTENDED, permit={"api_token": "hunter2"}),
        QuestionAsked(question=QUESTION, parts={"pre-shared-key": "hunter2"}),
    ],
    ids=name_of,
)
def test_a_secret_is_refused_and_not_repeated(event: Event) -> None:
    with pytest.raises(JournalError, match="leave it out of the journal") as refused:
        entry_to_row("u", entry_of(event, "text", at=NOON, step="step"))
    assert "hunter2" not in str(refused.value)


def test_what_could_not_be_read_is_not_written() -> None:
    with pytest.raises(JournalError, match="is not written again"):
        event_to_json(Unread(kind=EntryKind.FINDING))


def test_an_event_that_is_not_known_here_is_not_guessed() -> None:
    with pytest.raises(KeyError):
        event_from_json({"event": "moon_landed"}, {"node": None, "key": None})


@pytest.mark.parametrize(
    "detail",
    [
        {"event": "outcome_decided"},
        {"event": "outcome_decided", "outcome": "SPLENDID"},
        {"event": "wait_began", "awaited": "godot"},
        {"event": "cluster_released"},
    ],
)
def test_a_spoilt_event_is_an_error(detail: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        event_from_json(detail, {"node": None, "key": None})
