"""How far an ICU has come, by what both nodes show."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster.icu_phase import infer_icu_phase, is_wrong_way_round
from srx_issu.domain.cluster.model import NextBoot, Snapshot
from srx_issu.domain.cluster.phase import Phase
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCING, after_reboot, both, silent, snapshot, view

PENDING = NextBoot(is_other=True, release=NEW)
CASES: list[tuple[str, Snapshot, Phase | None]] = [
    ("neither answers", snapshot(silent(N0), silent(N1)), None),
    ("the starter is silent on the old release", snapshot(silent(N0), view(N1)), None),
    ("no release is told", snapshot(view(N0), view(N1, None)), None),
    ("the primary came first", snapshot(view(N0, NEW), view(N1)), None),
    ("the primary came first, its peer silent", snapshot(view(N0, NEW), silent(N1)), None),
    ("untouched", both(), Phase.NOT_STARTED),
    ("installed on one node", snapshot(view(N0), view(N1, next_boot=PENDING)), Phase.SECONDARY_UPGRADING),
    ("the secondary is down", snapshot(view(N0), silent(N1)), Phase.SECONDARY_UPGRADING),
    (
        "it came back on the old release",
        snapshot(view(N0), after_reboot(view(N1))),
        Phase.SECONDARY_UPGRADING,
    ),
    (
        "out of sync between the releases",
        snapshot(view(N0), view(N1, NEW, cold_sync=SYNCING)),
        Phase.SECONDARY_UPGRADED,
    ),
    ("the primary is down", snapshot(silent(N0), view(N1, NEW)), Phase.PRIMARY_UPGRADING),
    (
        "the primary came back on the old release",
        snapshot(after_reboot(view(N0)), view(N1, NEW)),
        Phase.PRIMARY_UPGRADING,
    ),
    ("not yet in sync", both(NEW, NEW, cold_sync=SYNCING), Phase.PRIMARY_UPGRADED),
    ("done", both(NEW, NEW), Phase.COMPLETE),
]


@pytest.mark.parametrize(("now", "phase"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_phase_is_read_from_both_nodes(now: Snapshot, phase: Phase | None) -> None:
    assert infer_icu_phase(both(), now, N0, NEW).phase is phase


@pytest.mark.parametrize(
    ("now", "wrong"),
    [
        (snapshot(view(N0, NEW), view(N1, OLD)), True),
        (snapshot(view(N0, NEW), view(N1, None)), False),
        (snapshot(view(N0, NEW), silent(N1)), False),
        (snapshot(view(N0, OLD), view(N1, NEW)), False),
        (both(NEW, NEW), False),
    ],
)
def test_only_a_secondary_that_says_so_is_the_wrong_way_round(now: Snapshot, wrong: bool) -> None:
    assert is_wrong_way_round(now, N0, NEW) is wrong
