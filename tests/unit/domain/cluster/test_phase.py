from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from srx_issu.domain.cluster.model import GroupState, IssuStatus, Snapshot
from srx_issu.domain.cluster.phase import Phase, has_rebooted, infer_phase, issu_signs, not_settled
from tests.fakes.snapshots import (
    N0,
    N1,
    NEW,
    OLD,
    SYNCING,
    T0,
    after_reboot,
    both,
    group,
    silent,
    snapshot,
    view,
)

BEFORE = both()
ISSU_GROUPS = (group(0), group(1, priorities={N0: 255}, manual=True))
SWITCHED = (group(0, N1, priorities={N1: 255}, manual=True), group(1, N1, priorities={N1: 255}, manual=True))


def phase_of(now: Snapshot) -> Phase | None:
    reading = infer_phase(BEFORE, now, N0, NEW)
    assert reading.reason
    return reading.phase


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        pytest.param(both(), Phase.NOT_STARTED, id="as before"),
        pytest.param(both(groups=ISSU_GROUPS), Phase.SECONDARY_UPGRADING, id="255 and manual"),
        pytest.param(
            both(issu=IssuStatus(in_progress=True)), Phase.SECONDARY_UPGRADING, id="node says in progress"
        ),
        pytest.param(snapshot(view(N0), silent(N1)), Phase.SECONDARY_UPGRADING, id="secondary silent"),
        pytest.param(
            both(OLD, NEW, cold_sync=SYNCING, groups=ISSU_GROUPS), Phase.SECONDARY_UPGRADED, id="syncing"
        ),
        pytest.param(
            both(OLD, NEW, groups=(group(0), group(1, priorities={N0: 255, N1: 0}, manual=True))),
            Phase.SECONDARY_UPGRADED,
            id="priority 0",
        ),
        pytest.param(
            both(OLD, NEW, groups=(group(0), group(1, failures={N1: frozenset({"CS"})}))),
            Phase.SECONDARY_UPGRADED,
            id="CS in monitor failures",
        ),
        pytest.param(both(OLD, NEW, groups=ISSU_GROUPS), Phase.COLD_SYNCED, id="in sync"),
        pytest.param(both(OLD, NEW, groups=SWITCHED), Phase.SWITCHED_OVER, id="upgraded node leads"),
        pytest.param(
            snapshot(silent(N0), view(N1, NEW, groups=SWITCHED)), Phase.PRIMARY_UPGRADING, id="old one silent"
        ),
        pytest.param(
            snapshot(after_reboot(view(N0, OLD, groups=SWITCHED)), view(N1, NEW, groups=SWITCHED)),
            Phase.PRIMARY_UPGRADING,
            id="old one rebooted into the old release",
        ),
        pytest.param(
            both(NEW, NEW, groups=SWITCHED, cold_sync=SYNCING), Phase.PRIMARY_UPGRADED, id="resyncing"
        ),
        pytest.param(
            both(NEW, NEW, groups=SWITCHED, issu=IssuStatus(in_progress=True)),
            Phase.PRIMARY_UPGRADED,
            id="window open",
        ),
        pytest.param(both(NEW, NEW, groups=SWITCHED), Phase.COMPLETE, id="complete"),
        pytest.param(both(NEW, NEW), Phase.COMPLETE, id="complete and failed back"),
    ],
)
def test_reads_each_phase_from_what_both_nodes_show(now: Snapshot, phase: Phase) -> None:
    assert phase_of(now) is phase


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(snapshot(silent(N0), silent(N1)), id="both silent"),
        pytest.param(snapshot(silent(N0), view(N1)), id="starter silent, secondary old"),
        pytest.param(snapshot(silent(N0), view(N1, NEW)), id="starter silent before the switchover"),
        pytest.param(snapshot(view(N0), view(N1, None)), id="secondary hides its release"),
        pytest.param(snapshot(view(N0, NEW), silent(N1)), id="starter upgraded, secondary silent"),
    ],
)
def test_says_unknown_rather_than_guess(now: Snapshot) -> None:
    assert phase_of(now) is None


def test_a_cluster_without_groups_never_counts_as_switched_over() -> None:
    assert phase_of(both(OLD, NEW, groups=())) is Phase.SECONDARY_UPGRADED


def test_works_when_node1_started() -> None:
    before = both(groups=(group(0, N1), group(1, N1)))
    now = snapshot(view(N0, NEW, groups=(group(0), group(1))), silent(N1))
    assert infer_phase(before, now, N1, NEW).phase is Phase.PRIMARY_UPGRADING


def test_boot_times_within_their_noise_are_no_reboot() -> None:
    later = replace(view(N0), booted_at=T0 - timedelta(days=30) + timedelta(seconds=5))
    assert not has_rebooted(view(N0), later)
    assert not has_rebooted(view(N0, booted_at=None), after_reboot(view(N0)))
    assert has_rebooted(view(N0), after_reboot(view(N0)))


def test_manual_failover_of_rg0_alone_is_no_sign_of_an_issu() -> None:
    assert issu_signs(both(groups=(group(0, priorities={N0: 255}, manual=True), group(1)))) == ()


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (snapshot(silent(N0)), "does not answer"),
        (both(groups=()), "no redundancy groups"),
        (both(groups=(group(0, states={N0: GroupState.SECONDARY_HOLD}),)), "secondary-hold in RG0"),
        (snapshot(view(N0, groups=()), view(N1)), "missing in RG0"),
        (both(groups=(group(0, failures={N0: frozenset({"IF", "CF"})}),)), "monitor failures CF IF in RG0"),
        (both(cold_sync=SYNCING), "not cold-synced (CS RTO sync  1 of 2 SPUs completed)"),
    ],
)
def test_says_why_a_node_is_not_settled(now: Snapshot, words: str) -> None:
    assert words in (not_settled(now, N0) or "")


def test_a_node_missing_from_a_group_cannot_take_over() -> None:
    lonely = replace(group(1), members=group(1).members[:1])
    now = snapshot(view(N0, groups=(group(0), lonely)), view(N1, NEW))
    assert phase_of(now) is Phase.SECONDARY_UPGRADED


def test_older_releases_without_a_cold_sync_report_are_settled_by_state_and_failures() -> None:
    assert not_settled(both(cold_sync=None), N1) is None


def test_an_upgrade_with_two_primaries_is_not_complete() -> None:
    on_node1 = (group(0, N1), group(1, N1))
    split = snapshot(after_reboot(view(N0, NEW)), after_reboot(view(N1, NEW, groups=on_node1)))
    reading = infer_phase(both(), split, N0, NEW)
    assert reading.phase is Phase.PRIMARY_UPGRADED
    assert "RG0 has not exactly one primary" in reading.reason
