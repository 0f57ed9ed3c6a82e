"""Plans: what is done for which failure, in which order, to which node, and when a person is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import IssuStatus, Snapshot
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.naming import Diagnosis, diagnose
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.failure.transcript import transcript_verdict
from srx_issu.domain.procedure.action import (
    ActionName,
    CommandKind,
    PlannedAction,
    PlannedCommand,
    TakenCommand,
)
from srx_issu.domain.procedure.progress import Send, Stop
from srx_issu.domain.recovery.plan import MOST_ACTIONS
from srx_issu.domain.recovery.planner import PlanKind, RecoveryPlan, recover
from srx_issu.domain.upgrade.commands import RollBackNode, SoftwareFamily
from srx_issu.ports.codec import dumps, loads
from tests.fakes.intents import intent
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCING, after_reboot, both, group, silent, snapshot, view
from tests.fakes.whole_plan import next_action

BEFORE = both()
WINDOW = IssuStatus(in_progress=True)
ON_NODE1 = (group(0, N1), group(1, N1))
FLAGGED = (group(0), group(1, priorities={N0: 255}, manual=True))
HALF = snapshot(
    view(N0, groups=FLAGGED, issu=WINDOW),
    after_reboot(view(N1, NEW, groups=FLAGGED, issu=WINDOW, cold_sync=SYNCING)),
)
SWITCHED = snapshot(view(N0, groups=ON_NODE1), view(N1, NEW, groups=ON_NODE1))
COLD_SYNC = "(error-code: 6.1)\nISSU aborted. But, both nodes are in ISSU window."


def plan(
    now: Snapshot,
    words: str | None = "",
    *,
    overdue: bool = False,
    before: Snapshot = BEFORE,
    rules: FailureRules | None = None,
    software: SoftwareFamily = SoftwareFamily.SYSTEM,
) -> RecoveryPlan:
    returned = "1" if words and transcript_verdict(words) else None
    found = diagnose(before, now, N0, NEW, transcript=words, overdue=overdue, exit_status=returned)
    return recover(now, before, intent(software=software), found, rules or FailureRules())


def orders(made: RecoveryPlan) -> list[str]:
    return [f"{e.node}: {e.junos_command.cli}" for e in made.commands]


def steps(made: RecoveryPlan) -> list[str]:
    return [action.name.value for action in made.actions]


class TestNothingIsDone:
    @pytest.mark.parametrize(
        ("now", "words"),
        [
            (snapshot(view(N0), view(N1, groups=(group(0, N1), group(1)))), COLD_SYNC),  # both primary
            (snapshot(silent(N0), silent(N1)), None),
            (HALF, "(error-code: 5.5)"),
            (HALF, "ISSU aborted"),
        ],
    )
    def test_where_it_is_not_understood_or_too_dangerous(self, now: Snapshot, words: str | None) -> None:
        made = plan(now, words, overdue=True)
        assert (made.kind, made.permission, made.actions) == (PlanKind.HOLD, Permission.NEVER, ())

    def test_while_the_upgrade_is_under_way(self) -> None:
        made = plan(HALF)
        assert (made.kind, made.permission, made.actions) == (PlanKind.WATCH, Permission.NEVER, ())

    def test_when_the_upgrade_has_finished(self) -> None:
        made = plan(both(NEW, NEW))
        assert (made.kind, made.permission, made.actions) == (PlanKind.NOTHING, Permission.AUTOMATIC, ())

    def test_when_the_cluster_has_moved_on_since_it_was_diagnosed(self) -> None:
        found = diagnose(BEFORE, HALF, N0, NEW, transcript=COLD_SYNC, overdue=False)
        made = recover(both(), BEFORE, intent(), found)
        assert made.kind is PlanKind.HOLD
        assert "has moved on since it was diagnosed" in made.reason

    def test_when_the_upgraded_cluster_does_not_settle(self) -> None:
        now = snapshot(view(N0, NEW, cold_sync=SYNCING), view(N1, NEW))
        assert plan(now, overdue=True).kind is PlanKind.HOLD

    def test_when_nobody_is_primary_of_the_upgraded_cluster(self) -> None:
        now = both(NEW, NEW, groups=(group(0, None), group(1)), issu=WINDOW)
        assert "nobody is seen to be primary of RG0" in plan(now, overdue=True, words=None).reason

    def test_when_the_nodes_differed_from_the_beginning(self) -> None:
        mixed = both(OLD, "20.4R3.8")
        made = plan(mixed, "error: Validation failed", before=mixed)
        assert (made.kind, made.failure) == (PlanKind.HOLD, FailureClass.VALIDATION_FAILED)

    def test_when_releases_are_strange(self) -> None:
        made = plan(both(NEW, OLD), overdue=True)
        assert (made.kind, made.failure) == (PlanKind.HOLD, FailureClass.VERSIONS_DIFFER)

    def test_when_the_old_primary_is_silent(self) -> None:
        made = plan(snapshot(silent(N0), view(N1, NEW, groups=ON_NODE1)), overdue=True)
        assert (made.kind, made.failure) == (PlanKind.HOLD, FailureClass.PRIMARY_REBOOT_FAILED)


class TestAbortOnly:
    def test_nothing_is_sent_where_the_device_closed_its_window(self) -> None:
        made = plan(both(), "error: Validation failed\nISSU aborted and exiting ISSU window")
        assert (made.kind, made.permission) == (PlanKind.ABORT_ONLY, Permission.AUTOMATIC)
        assert steps(made) == ["reset_failover", "verify_restored"]

    def test_nothing_is_sent_where_both_nodes_say_that_no_issu_is_open(self) -> None:
        assert ActionName.ABORT_ISSU.value not in steps(plan(both(), "File does not exist: /x"))

    def test_nothing_is_sent_where_no_issu_ever_began(self) -> None:
        assert ActionName.ABORT_ISSU.value not in steps(plan(both(issu=None), "File does not exist: /x"))

    def test_flags_are_reset_without_an_abort_where_the_device_closed_its_window(self) -> None:
        made = plan(both(groups=FLAGGED), "error: ksyncd\nISSU aborted and exiting ISSU window")
        assert steps(made) == ["reset_failover", "verify_restored"]

    @pytest.mark.parametrize(
        ("now", "words"),
        [
            (both(), "error: ksyncd\nISSU aborted. But, both nodes are in ISSU window."),  # says so
            (both(issu=WINDOW), "error: ksyncd\nISSU aborted and exiting ISSU window"),  # shows so
            (both(groups=FLAGGED), "error: ksyncd"),  # flags left behind
            (both(issu=None), "error: ksyncd"),  # does not tell: an abort does no harm
        ],
    )
    def test_aborts_on_both_nodes_where_the_window_may_be_open(self, now: Snapshot, words: str) -> None:
        made = plan(now, words)
        assert orders(made) == [
            "node0: request chassis cluster in-service-upgrade abort",
            "node1: request chassis cluster in-service-upgrade abort",
            "node0: request chassis cluster failover reset redundancy-group 0",
            "node0: request chassis cluster failover reset redundancy-group 1",
        ]
        assert (made.kind, made.release) == (PlanKind.ABORT_ONLY, OLD)

    def test_asks_when_the_secondary_may_hold_the_new_image(self) -> None:
        made = plan(both(issu=WINDOW), "(error-code: 4.1)")
        assert (made.kind, made.permission) == (PlanKind.ABORT_ONLY, Permission.ASK)
        assert "may have the new image waiting for its next boot" in made.cautions[0]

    def test_does_not_ask_when_the_secondary_has_booted_the_old_image_since(self) -> None:
        made = plan(snapshot(view(N0), after_reboot(view(N1))), "(error-code: 4.1)")
        assert (made.kind, made.permission, made.cautions) == (PlanKind.ABORT_ONLY, Permission.AUTOMATIC, ())

    def test_clears_a_stale_issu_behind_a_question(self) -> None:
        made = plan(both(issu=WINDOW), "warning: ISSU in progress")
        assert (made.kind, made.permission) == (PlanKind.CLEAR_STALE, Permission.ASK)

    def test_clears_a_stale_issu_of_an_upgraded_cluster_too(self) -> None:
        now = both(NEW, NEW, groups=ON_NODE1, issu=WINDOW)
        made = plan(now, None, overdue=True)
        assert (made.kind, made.release) == (PlanKind.CLEAR_STALE, NEW)

    def test_resyncs_policies_on_the_rg0_primary(self) -> None:
        made = plan(both(), "error: policies are out of sync")
        assert "node0: request security policies resync" in orders(made)
        now = snapshot(view(N0, NEW, groups=ON_NODE1, cold_sync=SYNCING), view(N1, NEW, groups=ON_NODE1))
        later = plan(now, "error: policies are out of sync")
        assert (later.kind, orders(later)) == (
            PlanKind.RESYNC_POLICIES,
            ["node1: request security policies resync"],
        )

    def test_leaves_the_policies_alone_while_nobody_is_primary(self) -> None:
        nobody = both(groups=(group(0, None), group(1)))
        assert "resync_policies" not in steps(plan(nobody, "error: policies are out of sync"))


class TestRollBack:
    def test_follows_the_guide_for_exactly_this_cluster(self) -> None:
        made = plan(HALF, COLD_SYNC)
        assert (made.kind, made.permission, made.release) == (PlanKind.ROLL_BACK, Permission.AUTOMATIC, OLD)
        assert steps(made) == [
            "roll_back_node",
            "wait_for_old_release",
            "abort_issu",
            "reboot_node",
            "wait_for_reboot",
            "wait_for_cold_sync",
            "reset_failover",
            "verify_restored",
        ]
        assert orders(made) == [
            "node1: request system software rollback node 1 reboot",
            "node0: request chassis cluster in-service-upgrade abort",
            "node1: request chassis cluster in-service-upgrade abort",
            "node1: request system reboot node 1",
            "node0: request chassis cluster failover reset redundancy-group 0",
            "node0: request chassis cluster failover reset redundancy-group 1",
        ]

    def test_uses_the_vmhost_form_where_the_platform_has_it(self) -> None:
        made = plan(HALF, COLD_SYNC, software=SoftwareFamily.VMHOST)
        assert "node1: request vmhost software rollback node 1 reboot" in orders(made)
        assert "node1: request vmhost reboot node 1" in orders(made)

    def test_waits_for_a_silent_secondary_first(self) -> None:
        made = plan(snapshot(view(N0), silent(N1)), "(error-code: 4.1)")
        assert steps(made)[:2] == ["wait_for_node", "roll_back_node"]

    @pytest.mark.parametrize(
        ("release", "expected"),
        [
            (
                "17.4R3.16",
                ["request vmhost software rollback", "request vmhost reboot node 1"],
            ),
            ("18.1R1.9", ["request vmhost software rollback node 1 reboot"]),
        ],
    )
    def test_a_vmhosts_rollback_names_no_node_before_18_1(self, release: str, expected: list[str]) -> None:
        old = "17.3R3.10"
        before = snapshot(view(N0, old), view(N1, old))
        now = snapshot(
            view(N0, old, groups=FLAGGED, issu=WINDOW),
            after_reboot(view(N1, release, groups=FLAGGED, issu=WINDOW, cold_sync=SYNCING)),
        )
        found = diagnose(before, now, N0, release, transcript=COLD_SYNC, overdue=False, exit_status="1")
        made = recover(now, before, intent(software=SoftwareFamily.VMHOST), found, FailureRules())
        step = next(action for action in made.actions if action.name is ActionName.ROLL_BACK_NODE)
        assert [command.junos_command.cli for command in step.commands] == expected
        assert {command.node for command in step.commands} == {N1}
        assert all(command.is_once for command in step.commands)

    def test_without_a_node_only_a_vmhost_is_rolled_back_and_not_rebooted(self) -> None:
        with pytest.raises(RequestRefused, match="only for vmhost software"):
            RollBackNode(node=N1, names_node=False, reboot=False)
        with pytest.raises(RequestRefused, match="only for vmhost software"):
            RollBackNode(node=N1, software=SoftwareFamily.VMHOST, names_node=False)
        bare = RollBackNode(node=N1, software=SoftwareFamily.VMHOST, names_node=False, reboot=False)
        assert (bare.rpc.name, bare.rpc.leaves) == ("request-vmhost-package-rollback", ())

    def test_gathers_moved_groups_first_and_asks(self) -> None:
        moved = (group(0), group(1, N1, manual=True))
        now = snapshot(view(N0, groups=moved), view(N1, NEW, groups=moved))
        made = plan(now, "(error-code: 7.1)")
        assert steps(made)[0] == "fail_over_to_old_image"
        assert orders(made)[:3] == [
            "node0: request chassis cluster failover reset redundancy-group 1",
            "node0: request chassis cluster failover redundancy-group 1 node 0",
            "node1: request system software rollback node 1 reboot",
        ]
        assert made.permission is Permission.ASK
        assert any("RG1 moves to node0" in caution for caution in made.cautions)

    def test_moves_rg0_last_when_the_upgraded_node_serves(self) -> None:
        made = plan(snapshot(after_reboot(SWITCHED.node0), SWITCHED.node1), overdue=True)
        assert made.kind is PlanKind.ROLL_BACK
        moves = [e.group_id for e in made.commands if e.order is CommandKind.FAIL_OVER]
        assert moves == [1, 0]

    def test_policy_may_ask_or_forbid(self) -> None:
        asked = FailureRules(permissions={FailureClass.COLD_SYNC_FAILED: Permission.ASK})
        never = FailureRules(permissions={FailureClass.COLD_SYNC_FAILED: Permission.NEVER})
        assert plan(HALF, COLD_SYNC, rules=asked).permission is Permission.ASK
        forbidden = plan(HALF, COLD_SYNC, rules=never)
        assert forbidden.permission is Permission.NEVER
        assert forbidden.actions  # shown to the person who acts

    def test_mixed_releases_without_an_issu_are_put_back_behind_a_question(self) -> None:
        made = plan(both(OLD, NEW), None, overdue=True)
        assert (made.failure, made.kind) == (FailureClass.VERSIONS_DIFFER, PlanKind.ROLL_BACK)
        assert made.permission is Permission.ASK

    @pytest.mark.parametrize("groups", [(0, 1), tuple(range(129))])
    def test_is_at_most_a_dozen_steps_however_many_groups(self, groups: tuple[int, ...]) -> None:
        many = tuple(group(g, N1) for g in groups)
        now = snapshot(after_reboot(view(N0, groups=many)), view(N1, NEW, groups=many))
        assert len(plan(now, overdue=True).actions) <= MOST_ACTIONS


class TestFinishForward:
    def test_reboots_the_old_primary_that_was_never_rebooted(self) -> None:
        made = plan(SWITCHED, overdue=True)
        assert (made.kind, made.permission, made.release) == (PlanKind.FINISH_FORWARD, Permission.ASK, NEW)
        assert orders(made)[0] == "node0: request system reboot node 0"
        assert steps(made)[:3] == ["reboot_old_primary", "wait_for_target_release", "wait_for_cold_sync"]

    def test_goes_back_where_policy_prefers_it(self) -> None:
        assert (
            plan(SWITCHED, overdue=True, rules=FailureRules(finish_forward=False)).kind is PlanKind.ROLL_BACK
        )

    def test_goes_back_where_the_old_primary_may_still_be_installing(self) -> None:
        now = snapshot(replace(SWITCHED.node0, issu=WINDOW), SWITCHED.node1)
        assert plan(now, overdue=True).kind is PlanKind.ROLL_BACK

    def test_goes_back_where_words_blame_the_reboot_but_it_has_rebooted(self) -> None:
        now = snapshot(after_reboot(SWITCHED.node0), SWITCHED.node1)
        assert plan(now, "error: reboot of primary failed").kind is PlanKind.ROLL_BACK


class TestThePlanAsAValue:
    @pytest.mark.parametrize("now", [HALF, SWITCHED, snapshot(view(N0), silent(N1))])
    def test_survives_json(self, now: Snapshot) -> None:
        words = "(error-code: 4.1)" if not now.both_reachable else COLD_SYNC
        made = plan(now, words, overdue=True)
        assert made.actions
        again = loads(RecoveryPlan, dumps(made))
        assert again == made
        assert orders(again) == orders(made)

    def test_its_diagnosis_survives_json(self) -> None:
        found = diagnose(BEFORE, HALF, N0, NEW, transcript=COLD_SYNC, overdue=False)
        assert loads(Diagnosis, dumps(found)) == found

    def test_finds_its_steps_by_name(self) -> None:
        made = plan(HALF, COLD_SYNC)
        assert made.action(ActionName.ROLL_BACK_NODE) is made.actions[0]
        assert made.action(ActionName.RESYNC_POLICIES) is None

    def test_refuses_to_grow_beyond_a_dozen_steps(self) -> None:
        step = PlannedAction(name=ActionName.WAIT_FOR_NODE, reason="", deadline="resync_s")
        with pytest.raises(ValueError, match="13 actions, at most 12"):
            _plan_of(*[step] * 13)

    def test_refuses_two_commands_with_one_key(self) -> None:
        twice = (PlannedCommand(key="a", order=CommandKind.ABORT_ISSU, node=N0),) * 2
        step = PlannedAction(name=ActionName.ABORT_ISSU, reason="", deadline="resync_s", commands=twice)
        with pytest.raises(ValueError, match="share a key: a, a"):
            _plan_of(step)

    @pytest.mark.parametrize("order", [CommandKind.ROLL_BACK, CommandKind.REBOOT])
    def test_a_command_without_its_node_builds_no_command(self, order: CommandKind) -> None:
        with pytest.raises(ValueError, match="names no node"):
            _ = PlannedCommand(key="x", order=order, node=N0).junos_command

    def test_a_command_without_its_group_builds_no_command(self) -> None:
        with pytest.raises(ValueError, match="names no redundancy group"):
            _ = PlannedCommand(key="x", order=CommandKind.RESET_FAILOVER, node=N0).junos_command


def _plan_of(*actions: PlannedAction) -> RecoveryPlan:
    return RecoveryPlan(
        kind=PlanKind.ROLL_BACK,
        failure=FailureClass.COLD_SYNC_FAILED,
        permission=Permission.ASK,
        reason="",
        actions=actions,
    )


class TestGroupsThatServedFromTheOtherNode:
    """The ISSU gathers every group on its node before anything else; what it moved goes back."""

    BEFORE = both(groups=(group(0), group(1, N1)))

    def test_they_go_back_after_a_roll_back(self) -> None:
        made = plan(HALF, COLD_SYNC, before=self.BEFORE)
        assert steps(made)[-3:] == ["bring_groups_back", "reset_failover", "verify_restored"]
        assert orders(made)[-4:] == [
            "node1: request chassis cluster failover reset redundancy-group 1",
            "node1: request chassis cluster failover redundancy-group 1 node 1",
            "node0: request chassis cluster failover reset redundancy-group 0",
            "node0: request chassis cluster failover reset redundancy-group 1",
        ]

    def test_and_after_a_refusal(self) -> None:
        made = plan(both(groups=FLAGGED), "error: Validation failed", before=self.BEFORE)
        assert "bring_groups_back" in steps(made)

    def test_not_where_nobody_wants_groups_to_be_moved(self) -> None:
        found = diagnose(self.BEFORE, HALF, N0, NEW, transcript=COLD_SYNC, overdue=False)
        made = recover(HALF, self.BEFORE, intent(fail_back=False), found)
        assert "bring_groups_back" not in steps(made)

    def test_nor_where_they_are_already(self) -> None:
        assert "bring_groups_back" not in steps(plan(HALF, COLD_SYNC))

    def test_a_plan_with_every_step_is_still_short_enough(self) -> None:
        served = view(N1, NEW, groups=ON_NODE1, issu=WINDOW)
        now = snapshot(view(N0, groups=ON_NODE1, issu=WINDOW), served)
        made = plan(now, "error: upgrade of node node0 failed", overdue=True, before=self.BEFORE)
        assert {"fail_over_to_old_image", "bring_groups_back"} <= set(steps(made))
        assert len(made.actions) <= MOST_ACTIONS


def test_a_node_that_never_booted_is_not_rebooted_into_an_image_that_may_be_waiting() -> None:
    """4.1, and the node answers again without having gone down: the new image is for its next boot."""
    words = "Reboot secondary node failed (error-code: 4.1)"
    made = plan(snapshot(view(N0, groups=FLAGGED, issu=WINDOW), silent(N1)), words)
    back = both(groups=FLAGGED)
    sent = [TakenCommand(key=f"abort_issu_{node}", at=back.taken_at) for node in (N0, N1)]
    step = next_action(made, back, sent)
    assert isinstance(step, Stop)
    assert "has not rebooted" in step.reason
    booted = replace(back, node1=after_reboot(back.node1))
    assert isinstance(next_action(made, booted, sent), Send)
