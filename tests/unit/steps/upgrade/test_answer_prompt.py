"""A question of the ISSU's command is answered where policy lists it, once, and else left to a person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import Snapshot
from srx_issu.domain.errors import CommandRefused, SessionLost
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.history.command_events import CommandIntended, CommandSent, CommandUnanswered
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.junos.job import job_name
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.domain.upgrade.prompts import listed_words
from srx_issu.steps.recovery.branch import RecoveryBranch, choose_branch
from srx_issu.steps.recovery.stored_plan import stored_plan
from srx_issu.steps.upgrade.answer_prompt import HANDED_ON_IN_S
from srx_issu.steps.upgrade.judge_outcome import NextStage, judge_outcome
from srx_issu.steps.waits.converge import NotYet
from tests.fakes.contexts import FakeUpgrade, start_intended
from tests.fakes.intents import POLICY, intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, T0, after_reboot, both, group, silent, snapshot, view

PATH = "/job/transcript"
PROMPT = "Do you want to continue with these actions being taken ? [yes,no] (no)"
LISTED = ("these actions being taken",)
ANSWER = (N0, job_name("manual__1"))


def asked(
    *, listed: tuple[str, ...] = LISTED, now: Snapshot | None = None, window_end: str | None = None
) -> FakeUpgrade:
    """The wait has ended at the question."""
    ours = intent(policy=replace(POLICY, answered_prompts=listed), window_end=window_end)
    fake = FakeUpgrade(intent=ours)
    fake.with_baseline().ready_and_approved()
    fake.happened(start_intended(transcript=PATH), "start")
    fake.happened(WaitEnded(awaited=Goal.SECONDARY_UPGRADED, reached=False), PROMPT)
    fake.reader.texts[N0, PATH] = f"ISSU: Validating Image\n{PROMPT} "
    fake.reader.now = now or both()
    return fake


def judged(fake: FakeUpgrade) -> NextStage | NotYet:
    return judge_outcome(fake.context("branch_outcome"))


def test_a_listed_question_is_answered_yes_and_the_issu_is_watched_on() -> None:
    fake = asked()
    assert isinstance(judged(fake), NotYet)
    assert fake.writer.answers == [ANSWER]
    intended = [e.event for e in fake.journal.written["manual__1"] if isinstance(e.event, CommandIntended)][
        -1
    ]
    assert intended.purpose is SendPurpose.ANSWER
    assert intended.command == f"answer yes to '{PROMPT}'"
    assert any(isinstance(e.event, CommandSent) for e in fake.journal.written["manual__1"])
    fake.reader.texts[N0, PATH] = f"{PROMPT} \nISSU: going on\n"
    found = judged(fake)
    assert isinstance(found, NotYet)
    assert "under way" in found.reason
    assert fake.writer.answers == [ANSWER]


def answered(*, handed_on: bool = True) -> FakeUpgrade:
    """``cli`` keeps back what it says from here on."""
    fake = asked()
    judged(fake)
    if handed_on:
        fake.reader.texts[N0, "/job/answered"] = "yes\n"
    fake.clock.sleep(HANDED_ON_IN_S + 1)
    return fake


def test_what_the_job_has_not_handed_on_is_given_time_and_then_left_to_a_person() -> None:
    fake = asked()
    judged(fake)
    assert isinstance(judged(fake), NotYet)
    fake.clock.sleep(HANDED_ON_IN_S + 1)
    assert judged(fake) is NextStage.RECOVER  # which asks: policy's default for this class
    assert fake.writer.answers == [ANSWER]


@pytest.mark.parametrize(
    "now",
    [
        both(),
        snapshot(view(N0), silent(N1)),
        both(OLD, NEW),
        both(OLD, NEW, groups=(group(0, N1), group(1, N1))),
        snapshot(silent(N0), view(N1, NEW, groups=(group(0, N1), group(1, N1)))),
        both(NEW, NEW),
    ],
    ids=["unchanged", "secondary away", "secondary upgraded", "switched over", "primary away", "both"],
)
def test_an_issu_whose_words_are_kept_back_is_watched_by_what_both_nodes_show(now: Snapshot) -> None:
    fake = answered()
    fake.reader.now = now
    found = judged(fake)
    assert isinstance(found, NotYet) or found is NextStage.VERIFY
    assert fake.writer.answers == [ANSWER]


def test_kept_back_words_are_waited_for_no_longer_than_the_goal_that_is_due() -> None:
    fake = answered()
    assert isinstance(judged(fake), NotYet)
    fake.clock.sleep(fake.intent.policy.timers.secondary_upgrade_s + 1)
    assert judged(fake) is NextStage.RECOVER


@pytest.mark.parametrize(("release", "expected"), [(OLD, NextStage.RECOVER), (NEW, NextStage.RECOVER)])
def test_the_commands_end_before_the_switchover_is_an_end_whatever_its_words(
    release: str, expected: NextStage
) -> None:
    fake = answered()
    fake.reader.now = both(OLD, release)
    fake.reader.texts[N0, "/job/exit"] = "0\n"
    assert judged(fake) is expected


def test_the_commands_end_behind_the_switchover_is_how_a_healthy_one_ends() -> None:
    fake = answered()
    fake.reader.now = both(OLD, NEW, groups=(group(0, N1), group(1, N1)))
    fake.reader.texts[N0, "/job/exit"] = "0\n"
    assert isinstance(judged(fake), NotYet)


def test_a_node_that_cannot_be_read_does_not_say_that_the_answer_was_lost() -> None:
    fake = answered(handed_on=False)
    fake.reader.texts[N0, "/job/answered"] = SessionLost("node0", "cut")
    assert isinstance(judged(fake), NotYet)


def test_an_answer_that_was_lost_on_its_way_is_not_given_again() -> None:
    fake = asked()
    fake.writer.refuse = SessionLost("node0", "cut")
    assert isinstance(judged(fake), NotYet)
    assert any(isinstance(e.event, CommandUnanswered) for e in fake.journal.written["manual__1"])
    fake.writer.refuse = None
    fake.clock.sleep(HANDED_ON_IN_S + 1)
    assert judged(fake) is NextStage.RECOVER
    assert fake.writer.answers == [ANSWER]


def test_a_job_that_takes_no_answer_is_a_persons() -> None:
    fake = asked()
    fake.writer.refuse = CommandRefused("node0", "the job has ended")
    assert judged(fake) is NextStage.RECOVER


def test_outside_the_window_nothing_is_answered_and_the_way_back_reboots_nothing() -> None:
    fake = asked(window_end=(T0 + timedelta(minutes=90)).isoformat())
    assert judged(fake) is NextStage.RECOVER
    assert fake.writer.answers == []
    assert "left to a person: the window ends at" in fake.texts(EntryKind.OBSERVED)[-1]
    context = fake.context("recover.diagnose")
    assert choose_branch(context) is RecoveryBranch.ASK
    plan = stored_plan(context)
    assert plan is not None
    sent = [each.junos_command.cli for each in plan.commands]
    assert sent
    assert not [line for line in sent if "reboot" in line or "rollback" in line]


@pytest.mark.parametrize("listed", [(), ("turn off the feature",), ("   ",)])
def test_any_other_question_is_a_persons(listed: tuple[str, ...]) -> None:
    fake = asked(listed=listed)
    assert judged(fake) is NextStage.RECOVER
    assert fake.writer.answers == []


@pytest.mark.parametrize(
    "now",
    [
        both(OLD, NEW),
        snapshot(view(N0), after_reboot(view(N1))),
        snapshot(view(N0), silent(N1)),
        snapshot(view(N0), view(N1, None)),
        snapshot(view(N0), replace(view(N1), booted_at=None)),
    ],
)
def test_no_question_is_answered_once_a_node_is_not_as_it_was(now: Snapshot) -> None:
    fake = asked(now=now)
    assert not isinstance(judged(fake), NotYet)
    assert fake.writer.answers == []


def test_a_second_question_is_answered_too_and_the_first_one_never_again() -> None:
    fake = asked(listed=("these actions being taken", "turn off IGMP"))
    judged(fake)
    fake.reader.texts[N0, PATH] = f"{PROMPT} \nTurn off IGMP and go on? [yes,no] "
    assert isinstance(judged(fake), NotYet)
    assert fake.writer.answers == [ANSWER, ANSWER]
    fake.reader.texts[N0, PATH] = f"{PROMPT} \nTurn off IGMP and go on? [yes,no] \n{PROMPT} "
    fake.clock.sleep(HANDED_ON_IN_S + 1)
    assert judged(fake) is NextStage.RECOVER
    assert fake.writer.answers == [ANSWER, ANSWER]


def test_blanks_and_letter_case_of_a_listed_question_do_not_matter() -> None:
    assert listed_words(PROMPT, ("THESE  actions being\ttaken",)) == "these actions being taken"
    assert listed_words(PROMPT, ("", "other words")) is None


def test_the_same_question_at_another_time_is_not_answered_again() -> None:
    fake = asked()
    first = f"[Oct  6 12:30:16]: {PROMPT}"
    fake.reader.texts[N0, PATH] = first
    judged(fake)
    fake.reader.texts[N0, PATH] = f"{first}\n[Oct  6 12:34:59]: {PROMPT}"
    fake.clock.sleep(HANDED_ON_IN_S + 1)
    assert judged(fake) is NextStage.RECOVER
    assert fake.writer.answers == [ANSWER]


@pytest.mark.parametrize("after", ["ISSU aborted and exiting ISSU window", "no", "Abort it? [yes,no] "])
def test_a_question_that_anything_follows_is_a_persons(after: str) -> None:
    """A yes would wait for the next question, whatever that is."""
    fake = asked()
    fake.reader.texts[N0, PATH] = f"{PROMPT}\n{after}"
    assert not isinstance(judged(fake), NotYet)
    assert fake.writer.answers == []
