"""Naming failures: the nodes decide, the transcript explains, and what is not understood stays unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from srx_issu.domain.cluster.model import GroupState, IssuStatus, NodeView, Snapshot
from srx_issu.domain.failure.classes import FailureClass, Permission, strictest
from srx_issu.domain.failure.naming import Diagnosis, diagnose
from srx_issu.domain.failure.rules import DEFAULT_RULES, FailureRules
from srx_issu.domain.failure.situation import Situation
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.failure.transcript import transcript_verdict
from tests.fakes.snapshots import (
    N0,
    N1,
    NEW,
    OLD,
    SYNCING,
    after_reboot,
    both,
    group,
    silent,
    snapshot,
    view,
)

BEFORE = both()
WINDOW = IssuStatus(in_progress=True)
CLOSED = IssuStatus(in_progress=False)
ON_NODE0 = (group(0), group(1))
ON_NODE1 = (group(0, N1), group(1, N1))
FLAGGED = (group(0), group(1, priorities={N0: 255, N1: 100}, manual=True))
SPLIT = snapshot(view(N0), view(N1, groups=(group(0, N1), group(1))))
HALF = snapshot(
    view(N0, groups=FLAGGED, issu=WINDOW), after_reboot(view(N1, NEW, groups=FLAGGED, issu=WINDOW))
)
HALF_SYNCING = snapshot(HALF.node0, replace(HALF.node1, cold_sync=SYNCING))
MIXED = snapshot(view(N0), view(N1, NEW))
SWITCHED = snapshot(view(N0, groups=ON_NODE1), view(N1, NEW, groups=ON_NODE1))
NODE1_GONE = snapshot(view(N0, groups=(group(0, states={N1: GroupState.LOST}),)), silent(N1))
NODE0_GONE = snapshot(silent(N0), view(N1, NEW, groups=ON_NODE1))
DONE = snapshot(view(N0, NEW, groups=ON_NODE1), view(N1, NEW, groups=ON_NODE1))
SETTLING = snapshot(view(N0, NEW, groups=ON_NODE1, cold_sync=SYNCING), view(N1, NEW, groups=ON_NODE1))


def find(
    now: Snapshot,
    transcript: str | None = "",
    *,
    overdue: bool = False,
    exit_status: str | None = None,
    before: Snapshot = BEFORE,
) -> Diagnosis:
    """With words that name a reason the command has returned."""
    if transcript and transcript_verdict(transcript):
        exit_status = "1"
    return diagnose(before, now, N0, NEW, transcript=transcript, overdue=overdue, exit_status=exit_status)


def named(now: Snapshot, transcript: str | None = "", *, overdue: bool = False) -> FailureClass:
    return find(now, transcript, overdue=overdue).failure


class TestTheJobAlone:
    """The command's end and its question need no words that anybody has seen before."""

    @pytest.mark.parametrize("now", [both(), HALF])
    def test_an_end_without_known_words_is_one(self, now: Snapshot) -> None:
        assert find(now, "ISSU: Validating").failure is FailureClass.UNDER_WAY
        ended = find(now, "ISSU: Validating", exit_status="1")
        assert ended.failure is FailureClass.COMMAND_ENDED
        assert "its last words were 'ISSU: Validating'" in ended.reason

    @pytest.mark.parametrize("now", [NODE1_GONE, SWITCHED, SETTLING])
    def test_but_not_where_its_node_may_be_about_to_reboot_or_the_other_one_does(self, now: Snapshot) -> None:
        assert find(now, "ISSU: Validating", exit_status="143").failure is FailureClass.UNDER_WAY

    @pytest.mark.parametrize("now", [both(), HALF])
    def test_a_question_is_shown_to_a_person(self, now: Snapshot) -> None:
        found = find(now, "Do you want to continue with these actions being taken ? [yes,no] (no) ")
        assert found.failure is FailureClass.PROMPT_UNANSWERED
        assert "Do you want to continue with these actions being taken" in found.reason
        assert DEFAULT_RULES.permission(found.failure) is Permission.ASK


class TestWhatIsDangerousComesFirst:
    @pytest.mark.parametrize("words", ["", None, "failed (error-code: 6.1)", "ISSU aborted"])
    def test_two_primaries_outweigh_everything(self, words: str | None) -> None:
        assert named(SPLIT, words) is FailureClass.BOTH_PRIMARY

    @pytest.mark.parametrize("state", [GroupState.INELIGIBLE, GroupState.DISABLED])
    def test_a_fallen_node_means_a_lost_link(self, state: GroupState) -> None:
        fallen = (group(0, states={N1: state}), group(1, states={N1: state}))
        assert (
            named(snapshot(view(N0), view(N1, groups=fallen)), "(error-code: 6.1)") is FailureClass.LINK_LOST
        )

    def test_a_peer_that_is_lost_though_it_answers_means_a_lost_link(self) -> None:
        lost = (group(0, states={N1: GroupState.LOST}), group(1))
        found = find(snapshot(view(N0, groups=lost), view(N1)), overdue=True)
        assert found.failure is FailureClass.LINK_LOST
        assert "node0 has lost node1 in RG0, though it answers us" in found.evidence

    def test_a_fabric_failure_means_a_lost_link_even_beside_a_code(self) -> None:
        broken = (group(0), group(1, failures={N1: frozenset({"FL"})}))
        now = snapshot(view(N0, groups=broken), view(N1, NEW, groups=broken))
        assert named(now, "failed (error-code: 6.1)") is FailureClass.LINK_LOST

    def test_a_fabric_failure_is_no_news_while_the_upgrade_goes_on(self) -> None:
        broken = (group(0), group(1, failures={N1: frozenset({"FL"})}))
        assert named(snapshot(view(N0, groups=broken), view(N1, groups=broken))) is FailureClass.UNDER_WAY

    def test_a_complete_cluster_with_a_lost_link_is_not_finished(self) -> None:
        lost = (group(0, N1, states={N0: GroupState.LOST}), group(1, N1))
        now = snapshot(view(N0, NEW, groups=ON_NODE1), view(N1, NEW, groups=lost))
        assert named(now) is FailureClass.LINK_LOST


class TestSilence:
    def test_a_silent_secondary_with_code_4_1(self) -> None:
        assert named(NODE1_GONE, "(error-code: 4.1)") is FailureClass.SECONDARY_REBOOT_FAILED

    def test_a_silent_secondary_without_words_is_missing_once_overdue(self) -> None:
        assert named(NODE1_GONE) is FailureClass.UNDER_WAY
        assert named(NODE1_GONE, overdue=True) is FailureClass.NODE_MISSING

    def test_a_silent_secondary_with_a_cause_that_does_not_fit_is_missing(self) -> None:
        found = find(NODE1_GONE, "error: Validation failed")
        assert found.failure is FailureClass.NODE_MISSING
        assert (
            "the transcript speaks of 'validation failed', which is not what the nodes show" in found.evidence
        )

    def test_a_silent_old_primary_behind_an_upgraded_one_that_serves(self) -> None:
        assert named(NODE0_GONE) is FailureClass.UNDER_WAY
        assert named(NODE0_GONE, overdue=True) is FailureClass.PRIMARY_REBOOT_FAILED
        assert named(NODE0_GONE, None, overdue=True) is FailureClass.PRIMARY_REBOOT_FAILED
        words = "error: upgrade of primary node failed"
        assert named(NODE0_GONE, words) is FailureClass.PRIMARY_UPGRADE_FAILED

    @pytest.mark.parametrize(
        "now",
        [
            snapshot(silent(N0), silent(N1)),
            snapshot(silent(N0), view(N1)),  # not upgraded
            snapshot(silent(N0), view(N1, NEW)),  # upgraded, but not primary
            snapshot(view(N0, NEW), silent(N1)),  # the wrong node is on the target
            snapshot(view(N0, groups=ON_NODE1), silent(N1)),  # nobody is seen to serve
            snapshot(view(N0, release=None), silent(N1)),
        ],
    )
    def test_any_other_silence_is_a_missing_node(self, now: Snapshot) -> None:
        assert named(now, overdue=True) is FailureClass.NODE_MISSING

    def test_a_node_that_hides_its_release_is_unknown_not_old(self) -> None:
        assert named(snapshot(view(N0), view(N1, release=None)), overdue=True) is FailureClass.UNKNOWN

    def test_a_node_without_groups_is_unknown(self) -> None:
        assert named(snapshot(view(N0), view(N1, groups=())), overdue=True) is FailureClass.UNKNOWN


class TestHalfWay:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("(error-code: 4.1)", FailureClass.SECONDARY_REBOOT_FAILED),
            ("(error-code: 6.1)", FailureClass.COLD_SYNC_FAILED),
            ("(error-code: 7.1)", FailureClass.SWITCHOVER_FAILED),
            ("error: remote rg1 priority zero, abort failover.", FailureClass.SWITCHOVER_FAILED),
            ("error: ksyncd on node1", FailureClass.KSYNCD),
            ("error: chassisd is not ready", FailureClass.CHASSISD),
            ("(error-code: 5.3)", FailureClass.UNKNOWN_CODE),
            ("ISSU aborted", FailureClass.UNKNOWN),
            ("File does not exist: /var/tmp/x.tgz", FailureClass.UNKNOWN),  # cannot have led here
        ],
    )
    def test_is_named_by_its_words(self, words: str, expected: FailureClass) -> None:
        assert named(HALF_SYNCING, words) is expected

    def test_goes_on_while_nothing_speaks_against_it(self) -> None:
        assert named(HALF) is FailureClass.UNDER_WAY
        assert named(HALF, None) is FailureClass.UNDER_WAY

    def test_is_stuck_when_overdue_without_an_error(self) -> None:
        assert named(HALF_SYNCING, "ISSU: Validating", overdue=True) is FailureClass.STUCK

    def test_has_lost_its_transcript_when_overdue_without_any_words(self) -> None:
        found = find(HALF_SYNCING, None, overdue=True)
        assert found.failure is FailureClass.TRANSCRIPT_LOST
        assert "there is no transcript" in found.evidence

    @pytest.mark.parametrize("words", ["", None])
    def test_mixed_releases_without_any_sign_of_an_issu(self, words: str | None) -> None:
        assert named(MIXED, words, overdue=True) is FailureClass.VERSIONS_DIFFER

    def test_is_still_before_the_switch_when_one_group_has_moved(self) -> None:
        moved = (group(0), group(1, N1))
        now = snapshot(view(N0, groups=moved), view(N1, NEW, groups=moved))
        assert find(now, "(error-code: 7.1)").situation is Situation.PEER_UPGRADED
        assert named(now, "(error-code: 7.1)") is FailureClass.SWITCHOVER_FAILED

    @pytest.mark.parametrize(
        ("node0", "node1", "expected"),
        [
            (view(N0, NEW), view(N1), FailureClass.VERSIONS_DIFFER),  # the wrong way round
            (view(N0), view(N1, "23.4R1.9"), FailureClass.VERSIONS_DIFFER),
            (view(N0, "23.4R1.9"), view(N1, "23.4R1.9"), FailureClass.UNKNOWN),
        ],
    )
    def test_releases_that_this_upgrade_cannot_have_made(
        self, node0: NodeView, node1: NodeView, expected: FailureClass
    ) -> None:
        found = find(snapshot(node0, node1), overdue=True)
        assert (found.failure, found.situation) == (expected, Situation.STRANGE)


class TestAfterTheSwitch:
    def test_goes_on_until_it_is_overdue(self) -> None:
        assert named(SWITCHED) is FailureClass.UNDER_WAY

    def test_an_old_primary_that_never_rebooted(self) -> None:
        assert named(SWITCHED, overdue=True) is FailureClass.PRIMARY_REBOOT_FAILED

    def test_an_old_primary_that_came_back_on_the_old_release(self) -> None:
        now = snapshot(after_reboot(SWITCHED.node0), SWITCHED.node1)
        assert named(now, overdue=True) is FailureClass.PRIMARY_UPGRADE_FAILED

    def test_an_old_primary_whose_window_is_still_open_did_not_install(self) -> None:
        now = snapshot(replace(SWITCHED.node0, issu=WINDOW), SWITCHED.node1)
        assert named(now, overdue=True) is FailureClass.PRIMARY_UPGRADE_FAILED

    def test_is_named_by_its_words(self) -> None:
        assert named(SWITCHED, "Reboot failure on     Primary node") is FailureClass.PRIMARY_REBOOT_FAILED
        assert named(SWITCHED, "error: reboot of primary failed") is FailureClass.PRIMARY_REBOOT_FAILED
        assert named(SWITCHED, "error: upgrade on primary failed") is FailureClass.PRIMARY_UPGRADE_FAILED

    def test_an_older_error_among_the_words_does_not_outweigh_the_nodes(self) -> None:
        found = find(SWITCHED, "(error-code: 6.1)", overdue=True)
        assert found.failure is FailureClass.PRIMARY_REBOOT_FAILED
        assert found.code == "6.1"


class TestBothOnTheTarget:
    @pytest.mark.parametrize("words", ["", None, "ISSU aborted", "(error-code: 7.1)"])
    def test_finished_whatever_was_said_on_the_way(self, words: str | None) -> None:
        assert named(DONE, words, overdue=True) is FailureClass.FINISHED

    @pytest.mark.parametrize("words", ["", "ISSU aborted", "(error-code: 9.9)"])
    def test_settling_goes_on_until_it_is_overdue(self, words: str) -> None:
        assert named(SETTLING, words) is FailureClass.UNDER_WAY

    def test_never_in_sync_is_stuck(self) -> None:
        assert named(SETTLING, "ISSU aborted", overdue=True) is FailureClass.STUCK

    def test_settled_with_an_open_window_is_a_stale_issu(self) -> None:
        now = snapshot(replace(DONE.node0, issu=WINDOW), DONE.node1)
        assert named(now, overdue=True) is FailureClass.STALE_IN_PROGRESS

    def test_policies_out_of_sync(self) -> None:
        words = "error: policies are out of sync for PFE node0.fpc0.pic0"
        assert named(SETTLING, words) is FailureClass.POLICIES_OUT_OF_SYNC


REFUSED = {
    "warning: ISSU in progress": FailureClass.STALE_IN_PROGRESS,
    "'reboot' keyword must be specified. Aborting ISSU": FailureClass.REBOOT_KEYWORD_MISSING,
    "ISSU currently do not support X": FailureClass.UNSUPPORTED_FEATURE,
    "File does not exist: /var/tmp/x.tgz": FailureClass.IMAGE_MISSING,
    "error: package is corrupt": FailureClass.IMAGE_CORRUPT,
    "error: package is not supported on this platform": FailureClass.WRONG_PLATFORM,
    "error: Validation failed": FailureClass.VALIDATION_FAILED,
    "error: file-fetch failed": FailureClass.REMOTE_SITE,
    "error: failover of redundancy-groups failed": FailureClass.GROUP_FAILOVER_FAILED,
    "error: ksyncd": FailureClass.KSYNCD,
    "error: chassisd failed": FailureClass.CHASSISD,
    "error: not enough disk space": FailureClass.DISK_FULL,
    "error: CPU usage": FailureClass.CPU_BUSY,
    "error: policies are out of sync": FailureClass.POLICIES_OUT_OF_SYNC,
    "(error-code: 4.1)": FailureClass.SECONDARY_REBOOT_FAILED,
    "(error-code: 2.7)": FailureClass.UNKNOWN_CODE,
    "error: upgrade on primary failed": FailureClass.UNKNOWN,  # nothing was switched over
    "ISSU aborted and exiting ISSU window": FailureClass.UNKNOWN,
}


class TestNothingChanged:
    @pytest.mark.parametrize("words", sorted(REFUSED))
    def test_is_named_by_its_words(self, words: str) -> None:
        found = find(both(), words)
        assert (found.failure, found.situation) == (REFUSED[words], Situation.UNCHANGED)

    def test_nothing_speaks_against_it_yet(self) -> None:
        assert named(both()) is FailureClass.UNDER_WAY

    def test_overdue_with_words_but_no_failure_among_them(self) -> None:
        assert named(both(), "ISSU: Validating", overdue=True) is FailureClass.STUCK

    def test_overdue_without_words_and_without_signs(self) -> None:
        assert named(both(), None, overdue=True) is FailureClass.TRANSCRIPT_LOST

    def test_an_issu_in_progress_that_nobody_drives(self) -> None:
        assert named(both(issu=WINDOW), None, overdue=True) is FailureClass.STALE_IN_PROGRESS

    def test_without_a_baseline_nothing_is_called_unchanged(self) -> None:
        before = snapshot(view(N0, release=None), view(N1, release=None))
        assert find(both(), "", overdue=True, before=before).situation is Situation.STRANGE


class TestWhatAPersonReads:
    def test_the_reason_quotes_the_device(self) -> None:
        found = find(HALF_SYNCING, "[Oct  3 14:00:46]: timeout waiting for node1 to sync(error-code: 6.1)")
        assert found.reason == (
            f"cold sync failed: node0 runs {OLD}, node1 runs {NEW}; primary: RG0 node0, RG1 node0; "
            "the device says '[Oct  3 14:00:46]: timeout waiting for node1 to sync(error-code: 6.1)'"
        )

    def test_the_findings_name_each_node(self) -> None:
        texts = [(f.node, f.text) for f in find(HALF_SYNCING, "(error-code: 6.1)").findings]
        assert (N0, f"runs {OLD} (not the target), before {OLD}") in texts
        assert (N1, f"runs {NEW} (the target), before {OLD}") in texts
        assert (N1, "groups: RG0 secondary, RG1 secondary") in texts
        assert (N1, "node1 is not cold-synced (CS RTO sync  1 of 2 SPUs completed)") in texts
        assert (N1, "ISSU window open") in texts
        assert any(n is N1 and t.startswith("has rebooted since the baseline") for n, t in texts)

    def test_the_findings_name_what_is_not_known(self) -> None:
        now = snapshot(silent(N0), view(N1, release=None, groups=(), issu=None))
        texts = [f.text for f in find(now, None, overdue=True).findings]
        assert "does not answer: connection refused" in texts
        assert any(t.startswith("runs a release that it does not name (unknown)") for t in texts)
        assert "groups: none shown" in texts

    def test_an_upgrade_without_errors_says_so(self) -> None:
        assert "the transcript reports no failure" in find(HALF).evidence


class TestTheTable:
    @pytest.mark.parametrize("failure", list(FailureClass))
    def test_has_a_complete_row_for_every_class(self, failure: FailureClass) -> None:
        assert failure in FACTS, f"include/srx_issu/domain/failure/table.py has no row for {failure}"
        facts = FACTS[failure]
        assert all((facts.symptom, facts.true_now, facts.words, facts.source))
        assert strictest(facts.permission, facts.at_most) is facts.permission

    @pytest.mark.parametrize(
        "failure", [FailureClass.UNKNOWN, FailureClass.UNKNOWN_CODE, FailureClass.BOTH_PRIMARY]
    )
    def test_no_policy_frees_what_is_not_understood(self, failure: FailureClass) -> None:
        rules = FailureRules(permissions={failure: Permission.AUTOMATIC})
        assert rules.permission(failure) is Permission.NEVER

    def test_a_policy_may_be_stricter_than_the_table(self) -> None:
        assert DEFAULT_RULES.permission(FailureClass.COLD_SYNC_FAILED) is Permission.AUTOMATIC
        rules = FailureRules(permissions={FailureClass.COLD_SYNC_FAILED: Permission.NEVER})
        assert rules.permission(FailureClass.COLD_SYNC_FAILED) is Permission.NEVER
