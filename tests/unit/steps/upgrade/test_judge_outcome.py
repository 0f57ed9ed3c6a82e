from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import NextBoot, NodeName, Snapshot
from srx_issu.domain.errors import ConnectionUnusable
from srx_issu.domain.history.command_events import CommandRejected, Sending
from srx_issu.domain.history.events import IssuFound
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.history.recovery_events import FailureNamed
from srx_issu.domain.history.step_events import OwnWait, WaitEnded
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.recovery.stored_plan import prognosis, store_plan, stored_plan
from srx_issu.steps.upgrade.hold_for_operator import hold_for_operator
from srx_issu.steps.upgrade.judge_outcome import NextStage, judge_outcome
from srx_issu.steps.waits.converge import NotYet
from srx_issu.steps.waits.watch import count_anew
from tests.fakes.contexts import FakeUpgrade, start_intended
from tests.fakes.intents import intent
from tests.fakes.recoveries import half_way
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group, silent, snapshot, view
from tests.unit.steps.gate.worlds import command_intended


def after_start(now: Snapshot) -> FakeUpgrade:
    fake = FakeUpgrade().with_baseline()
    fake.happened(start_intended(transcript="/t"), "start")
    fake.reader.now = now
    return fake


def reject(fake: FakeUpgrade, words: str, sending: Sending = Sending.START) -> None:
    """The node says no."""
    fake.happened(CommandRejected(sending=sending, node=N0), words)


def end_wait(fake: FakeUpgrade, goal: Goal, text: str, *, reached: bool) -> None:
    fake.happened(WaitEnded(awaited=goal, reached=reached), text)


def test_nothing_to_judge_when_nothing_was_asked_for() -> None:
    assert judge_outcome(FakeUpgrade().with_baseline().context("branch_outcome")) is NextStage.END


def test_a_complete_upgrade_is_verified_whatever_the_waits_thought() -> None:
    assert judge_outcome(after_start(both(NEW, NEW)).context("branch_outcome")) is NextStage.VERIFY


def test_a_refused_start_that_changed_nothing_ended_clean() -> None:
    fake = after_start(both())
    reject(fake, "no image")
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.END
    assert fake.outcome is Outcome.ABORTED_CLEAN


@pytest.mark.parametrize("now", [both(), both(NEW, NEW), both(OLD, NEW)])
def test_a_recovery_that_has_begun_goes_on_whatever_the_nodes_show_between_its_steps(now: Snapshot) -> None:
    """Somebody clears this task while the recovery waits."""
    fake = half_way()
    fake.happened(command_intended(Sending.RECOVER, recovery_command="reboot_old_primary"), "reboot")
    fake.reader.now = now
    plan = stored_plan(fake.context("x"))
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.RECOVER
    assert stored_plan(fake.context("x")) == plan
    assert fake.outcome is None


def test_what_was_sent_of_an_earlier_plan_has_not_begun_the_new_one() -> None:
    fake = half_way()
    fake.happened(command_intended(Sending.RECOVER, recovery_command="reboot_old_primary"), "reboot")
    store_plan(fake.context("recover.diagnose"), prognosis(fake.context("recover.diagnose")))
    fake.reader.now = both(NEW, NEW)
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.VERIFY


def test_what_another_step_was_refused_is_no_refusal_of_the_start() -> None:
    fake = after_start(both())
    reject(fake, "media too small", Sending.SNAPSHOT)
    assert judge_outcome(fake.context("branch_outcome")) is not NextStage.END
    assert fake.outcome is None


def test_nodes_that_fall_silent_behind_the_last_wait_are_missing_not_under_way() -> None:
    fake = after_start(snapshot(silent(N0), silent(N1)))
    end_wait(fake, Goal.RESYNCED, "both run the target", reached=True)
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.HOLD
    kept = [e for e in fake.journal.entries("manual__1") if e.kind is EntryKind.DECIDED]
    assert "node missing" in kept[-1].text


TIMERS = intent().policy.timers
HALF_WAY = both(OLD, NEW)


def watched(fake: FakeUpgrade) -> NotYet:
    found = judge_outcome(fake.context("branch_outcome"))
    assert isinstance(found, NotYet)
    return found


def test_an_issu_under_way_that_no_wait_watches_any_more_is_watched_not_given_to_a_person() -> None:
    fake = after_start(both())
    assert "under way: secondary upgraded, 0 s of 5400 s" in watched(fake).reason
    fake.clock.sleep(TIMERS.secondary_upgrade_s - 1)
    assert watched(fake).pause_s >= 3.0
    fake.reader.now = HALF_WAY
    assert "under way: switchover" in watched(fake).reason.replace("switched over", "switchover")
    fake.clock.sleep(TIMERS.switchover_s - 1)
    fake.reader.now = both(NEW, NEW)
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.VERIFY
    assert fake.texts(EntryKind.DECIDED)[-1].startswith("verify")


def test_each_goal_is_held_to_its_own_deadline_and_then_diagnosed() -> None:
    fake = after_start(both())
    watched(fake)
    fake.clock.sleep(TIMERS.secondary_upgrade_s)
    assert judge_outcome(fake.context("branch_outcome")) in (NextStage.HOLD, NextStage.RECOVER)
    assert "under way" not in fake.texts(EntryKind.DECIDED)[-1]


def test_a_node_that_reboots_meanwhile_does_not_begin_the_count_anew() -> None:
    fake = after_start(HALF_WAY)
    assert "switched over" in watched(fake).reason
    fake.clock.sleep(100)
    fake.reader.now = snapshot(silent(N0), view(N1, NEW))  # asked patiently for group_settle_s
    assert "switched over, 220 s of 900 s" in watched(fake).reason


def test_after_an_outage_the_deadline_counts_from_the_journals_return() -> None:
    fake = after_start(both())
    watched(fake)
    fake.clock.sleep(TIMERS.secondary_upgrade_s + 10)
    count_anew(fake.context("branch_outcome"), OwnWait.UNATTENDED_ISSU, away_s=600.0)
    assert "0 s of 5400 s" in watched(fake).reason


def test_cleared_after_it_decided_it_begins_to_count_again() -> None:
    fake = after_start(both())
    watched(fake)
    fake.clock.sleep(TIMERS.secondary_upgrade_s)
    judge_outcome(fake.context("branch_outcome"))
    assert "0 s of" in watched(fake).reason


RETRIED = "[Oct  6 12:30:16]: error: chassisd not ready, retry 1\n[Oct  6 12:30:46]: ISSU: going on"


@pytest.mark.parametrize("now", [both(), HALF_WAY])
def test_an_error_that_was_tried_again_puts_no_live_issu_back(now: Snapshot) -> None:
    """A wait was lost, and policy rolls back by itself for what the line seems to tell."""
    fake = after_start(now)
    fake.reader.texts[(N0, "/t")] = RETRIED
    assert "the ISSU is under way" in watched(fake).reason
    fake.reader.texts[(N0, "/exit")] = "1\n"
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.RECOVER


def test_what_a_wait_has_given_up_is_diagnosed_at_once() -> None:
    fake = after_start(HALF_WAY)
    end_wait(fake, Goal.SWITCHED_OVER, "not reached within 900 s", reached=False)
    assert judge_outcome(fake.context("branch_outcome")) in (NextStage.HOLD, NextStage.RECOVER)


def test_a_verdict_that_was_corrected_by_a_newer_look_does_not_count() -> None:
    fake = after_start(both())
    end_wait(fake, Goal.SECONDARY_UPGRADED, "not reached within 5400 s", reached=False)
    end_wait(fake, Goal.SECONDARY_UPGRADED, "reached", reached=True)
    watched(fake)


def test_where_the_start_itself_has_decided_nobody_watches() -> None:
    fake = after_start(both())
    fake.decided(Outcome.NOT_READY, "nothing was sent: no shell")
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.HOLD


def test_an_account_that_both_nodes_refuse_decides_nothing() -> None:
    refuses = {"reachable": False, "error": "Permission denied", "refused_login": True}
    fake = after_start(snapshot(replace(view(N0), **refuses), replace(view(N1), **refuses)))  # type: ignore[arg-type]
    with pytest.raises(ConnectionUnusable, match="both nodes of fw-1 refuse the login"):
        judge_outcome(fake.context("branch_outcome"))
    assert fake.texts(EntryKind.DECIDED) == []


def refused(now: Snapshot, words: str) -> FakeUpgrade:
    fake = after_start(now)
    reject(fake, words)
    return fake


def test_a_refused_start_that_left_flags_behind_is_cleaned() -> None:
    flagged = both(groups=(group(0), group(1, priorities={N0: 255}, manual=True)))
    fake = refused(flagged, "error: File does not exist: /var/tmp/x.tgz")
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.RECOVER


def test_so_is_one_that_left_a_group_on_the_other_node() -> None:
    fake = refused(both(groups=(group(0), group(1, N1))), "error: File does not exist: /var/tmp/x.tgz")
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.RECOVER


def test_a_recovery_of_a_cluster_at_rest_finds_nothing_to_do() -> None:
    for release, outcome in ((OLD, Outcome.ABORTED_CLEAN), (NEW, Outcome.ALREADY_CURRENT)):
        fake = FakeUpgrade(intent=intent(purpose=Purpose.RECOVER)).with_baseline(both(release, release))
        fake.reader.now = both(release, release)
        fake.happened(IssuFound(starter=N0, target=NEW, transcript=None), "found")
        assert judge_outcome(fake.context("branch_outcome")) is NextStage.END
        assert fake.outcome is outcome


def test_everything_else_is_watched_until_it_is_overdue_and_then_handed_on() -> None:
    for now in (both(), both(OLD, NEW), snapshot(silent(N0), silent(N1)), snapshot(view(N0), silent(N1))):
        fake = after_start(now)
        watched(fake)
        fake.clock.sleep(TIMERS.secondary_upgrade_s)
        assert judge_outcome(fake.context("branch_outcome")) in (NextStage.HOLD, NextStage.RECOVER)


def test_a_node_that_is_silent_for_a_moment_wakes_nobody() -> None:
    fake = after_start(snapshot(view(N0, NEW), silent(N1)))
    waited: list[float] = []

    def answer_after_a_minute(seconds: float) -> None:
        waited.append(seconds)
        if sum(waited) > 60:
            fake.reader.now = both(NEW, NEW)

    fake.clock.sleep = answer_after_a_minute  # type: ignore[method-assign]
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.VERIFY


def test_the_hold_spells_out_the_guides_steps_for_this_cluster() -> None:
    fake = after_start(both(OLD, NEW, groups=(group(0), group(1, priorities={N1: 0}))))
    fake.reader.texts[(N0, "/t")] = "timeout waiting for secondary node node1 to sync(error-code: 6.1)"
    facts = hold_for_operator(fake.context("hold_for_operator"))
    steps = str(facts["what_to_do"])
    assert "request system software rollback node 1 reboot" in steps
    assert steps.index("rollback") < steps.index("in-service-upgrade abort") < steps.index("failover reset")
    assert "error-code: 6.1" in str(facts["reason"])
    assert fake.writer.sent == []


def test_the_hold_never_names_a_node_it_cannot_tell() -> None:
    facts = hold_for_operator(after_start(snapshot(silent(N0), silent(N1))).context("hold_for_operator"))
    assert "rollback" not in str(facts["what_to_do"])


@pytest.mark.parametrize(
    ("words", "failure"),
    [
        ("error: File does not exist: /var/tmp/x.tgz", "image_missing"),
        ("error: node1: CPU usage 95% is above 80%, aborting ISSU\nISSU aborted and exiting", "cpu_busy"),
        ("error: something that nobody has seen", "unknown"),
    ],
)
def test_what_it_was_refused_for_has_a_name(words: str, failure: str) -> None:
    fake = refused(both(), words)
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.END
    events = [entry.event for entry in fake.journal.entries("manual__1")]
    assert [event.failure for event in events if isinstance(event, FailureNamed)] == [failure]
    ended = fake.known().conclusion
    assert ended is not None
    assert ended.reason.startswith(f"{failure.replace('_', ' ')}: node0 refused the ISSU: {words}")


@pytest.mark.parametrize("silent_about_it", [N0, N1])
@pytest.mark.parametrize("purpose", [Purpose.UPGRADE, Purpose.RECOVER])
def test_an_icu_is_not_called_clean_while_a_node_does_not_tell_what_it_boots_next(
    purpose: Purpose, silent_about_it: NodeName
) -> None:
    """It installs on both nodes before it reboots either; unknown is not nothing."""
    nothing = NextBoot(is_other=False)
    fake = FakeUpgrade(intent=replace(intent(route=Route.ICU), purpose=purpose))
    fake.with_baseline(both(next_boot=nothing))
    fake.happened(start_intended(transcript="/t"), "start")
    reject(fake, "no image")
    shown = {N0: nothing, N1: nothing, silent_about_it: None}
    fake.reader.now = snapshot(view(N0, next_boot=shown[N0]), view(N1, next_boot=shown[N1]))
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.HOLD
    assert fake.outcome is None
    fake.reader.now = both(next_boot=nothing)
    assert judge_outcome(fake.context("branch_outcome")) is NextStage.END
    assert fake.outcome is Outcome.ABORTED_CLEAN
