"""What a recovery leaves to read: the transcript, whatever the outcome, and the failure it was to mend."""

from __future__ import annotations

import pytest

from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.history.command_events import CommandRejected, Sending
from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.steps.recovery.recover_cluster import carry_out, diagnose, overdue
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.judge_outcome import NextStage, judge_outcome
from srx_issu.steps.waits.converge import ActionWait
from tests.fakes.contexts import FakeUpgrade, start_intended
from tests.fakes.snapshots import N0, N1, silent, snapshot, view

REBOOT_FAILED = "error: [Oct  6 12:30:16]: Reboot secondary node failed (error-code: 4.1)"
WAIT = ActionName.WAIT_FOR_NODE


def with_a_dead_secondary() -> FakeUpgrade:
    fake = FakeUpgrade().with_baseline()
    fake.happened(start_intended(transcript="/job/transcript"), "start")
    fake.happened(WaitEnded(awaited=Goal.SECONDARY_UPGRADED, reached=False), "not reached")
    fake.reader.texts[N0, "/job/transcript"] = REBOOT_FAILED
    fake.reader.now = snapshot(view(N0), silent(N1))
    return fake


def transcripts(fake: FakeUpgrade) -> list[str]:
    names = [name for name in fake.evidence.names("manual__1") if "transcript" in name]
    return [fake.evidence.read(name).decode() for name in names]


def test_the_transcript_is_kept_when_a_recovery_begins_before_anything_reboots() -> None:
    fake = with_a_dead_secondary()
    diagnose(fake.context("recover.diagnose"))
    assert transcripts(fake) == [REBOOT_FAILED]
    diagnose(fake.context("recover.diagnose"))
    assert len(transcripts(fake)) == 1


def test_the_failure_stays_in_reason_and_advice_when_its_recovery_stops() -> None:
    fake = with_a_dead_secondary()
    diagnose(fake.context("recover.diagnose"))
    waiting = carry_out(fake.context(f"recover.{WAIT}"), WAIT)
    assert isinstance(waiting, ActionWait)
    with pytest.raises(NotVerified):
        overdue(fake.context(f"recover.{WAIT}"), WAIT, waiting)
    ended = fake.known().conclusion
    assert ended is not None
    assert ended.outcome is Outcome.NEEDS_OPERATOR
    (advice,) = [name for name in fake.evidence.names("manual__1") if "what-to-do" in name]
    for text in (ended.reason, fake.evidence.read(advice).decode()):
        assert "recovery stopped at wait_for_node" in text
        assert FailureClass.SECONDARY_REBOOT_FAILED.label in text
        assert "(error-code: 4.1)" in text
        assert "go to its console" in text
    assert "srx-issu release" in fake.evidence.read(advice).decode()


def test_the_transcript_of_a_start_that_was_refused_is_kept() -> None:
    fake = FakeUpgrade().with_baseline()
    fake.happened(start_intended(transcript="/job/transcript"), "start")
    words = "error: Validation failed. Aborting ISSU"
    fake.happened(CommandRejected(sending=Sending.START, node=N0), words)
    fake.reader.texts[N0, "/job/transcript"] = words
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.END
    ended = fake.known().conclusion
    assert ended is not None
    assert ended.outcome is Outcome.ABORTED_CLEAN
    assert transcripts(fake) == [words]
