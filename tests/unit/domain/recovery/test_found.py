"""What the nodes tell of an ISSU that somebody else began."""

from __future__ import annotations

import pytest

from srx_issu.domain.cluster.model import IssuStatus, Snapshot
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.recovery.found import NOT_KNOWN, nothing_to_recover, whose_issu
from tests.fakes.snapshots import N0, N1, NEW, OLD, SYNCING, both, group, silent, snapshot, view


def test_releases_without_an_order_leave_the_target_to_a_person() -> None:
    with pytest.raises(RequestRefused, match="name the image"):
        whose_issu(both("21.4R3.15", "21.4-20230101.0"), None)


def test_a_release_that_nobody_can_read_does_too() -> None:
    with pytest.raises(RequestRefused, match="name the image"):
        whose_issu(both(OLD, "something-odd"), None)


@pytest.mark.parametrize(("releases", "starter"), [((OLD, NEW), N0), ((NEW, OLD), N1)])
def test_the_node_with_the_older_release_ran_the_issu(releases: tuple[str, str], starter: object) -> None:
    found = whose_issu(both(*releases), None)
    assert (found.starter, found.target) == (starter, NEW)


def test_what_was_named_counts_where_both_run_the_same() -> None:
    on_node1 = both(groups=(group(0, N1), group(1, N1)))
    assert whose_issu(on_node1, NEW).starter is N1
    assert whose_issu(on_node1, None).target == NOT_KNOWN


def test_of_a_node_that_is_silent_nothing_is_guessed() -> None:
    found = whose_issu(snapshot(silent(N0), view(N1)), None)
    assert (found.starter, found.target) == (N1, NOT_KNOWN)


@pytest.mark.parametrize(
    "now",
    [
        both(OLD, NEW),
        snapshot(view(N0), silent(N1)),
        snapshot(view(N0), view(N1, cold_sync=SYNCING)),
        both(issu=IssuStatus(in_progress=True)),
        both(groups=(group(0), group(1, priorities={N0: 255}, manual=True))),
        both(groups=()),
    ],
)
def test_there_is_something_to_recover(now: object) -> None:
    assert nothing_to_recover(now) is None  # type: ignore[arg-type]


def test_a_cluster_at_rest_needs_no_help() -> None:
    assert "neither shows an ISSU" in str(nothing_to_recover(both()))


def test_what_both_nodes_have_come_to_since_the_first_look_was_the_target() -> None:
    on_node1 = both(groups=(group(0, N1), group(1, N1)))
    found = whose_issu(both(NEW, NEW), None, on_node1)
    assert (found.starter, found.target) == (N1, NEW)


def test_the_node_that_was_behind_at_the_first_look_ran_the_issu() -> None:
    found = whose_issu(both(NEW, NEW), None, both(OLD, NEW))
    assert (found.starter, found.target) == (N0, NEW)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (both(), both()),
        (both(NEW, NEW), both(OLD, OLD)),
        (both("something-odd", "something-odd"), both(NEW, NEW)),
        (snapshot(silent(N0), silent(N1)), both(NEW, NEW)),
        (both(), snapshot(view(N0, release=NEW), silent(N1))),
    ],
)
def test_nothing_is_guessed_where_nothing_newer_arrived(before: Snapshot, now: Snapshot) -> None:
    assert whose_issu(now, None, before).target == NOT_KNOWN
