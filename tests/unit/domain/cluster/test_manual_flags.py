"""A manual flag is told as what it is, and as an ISSU's only where an ISSU may have set it."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster.manual_flags import stale_flags
from srx_issu.domain.cluster.model import IssuStatus, NodeName, RedundancyGroup, Snapshot
from tests.fakes.snapshots import N0, N1, NEW, OLD, both, group, silent, snapshot, view

NOT_TOLD = IssuStatus()


def flagged(group_id: int, primary: NodeName = N0) -> RedundancyGroup:
    return group(group_id, primary, priorities={primary: 255}, manual=True)


@pytest.mark.parametrize(
    ("now", "groups"),
    [
        (both(groups=(group(0), flagged(1))), [1]),  # both nodes say that there is no ISSU
        (both(groups=(group(0), flagged(1), group(2)), issu=NOT_TOLD), [1]),  # an ISSU flags every group
        (both(groups=(group(0), flagged(1, N1)), issu=NOT_TOLD), [1]),  # ... on the RG0 primary
        (both(groups=(group(0), flagged(1), flagged(2, N1)), issu=None), [1, 2]),
    ],
)
def test_a_flag_that_no_issu_sets_is_told_with_its_remedy(now: Snapshot, groups: list[int]) -> None:
    found = stale_flags(now)
    assert len(found) == len(groups)
    for text, number in zip(found, groups, strict=True):
        assert f"RG{number} has the manual failover flag" in text
        assert f"'request chassis cluster failover reset redundancy-group {number}'" in text


@pytest.mark.parametrize(
    "now",
    [
        both(),
        both(
            groups=(flagged(0), group(1))
        ),  # of RG0: an ISSU sets none before its switchover, and here is none
        both(groups=(group(0), flagged(1)), issu=IssuStatus(in_progress=True)),
        both(groups=(group(0), flagged(1), flagged(2)), issu=NOT_TOLD),
        both(OLD, NEW, groups=(group(0), flagged(1), group(2))),
        snapshot(view(N0, groups=(group(0), flagged(1), group(2))), silent(N1)),
        snapshot(view(N0, groups=(group(0), flagged(1))), view(N1, issu=IssuStatus(in_progress=True))),
    ],
)
def test_what_may_be_an_issus_is_not_called_stale(now: Snapshot) -> None:
    assert stale_flags(now) == ()


def test_ones_own_flags_are_known() -> None:
    assert stale_flags(both(groups=(group(0), flagged(1), group(2))), own_groups=(1,)) == ()
