"""A run held against what is promised."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from srx_demo.peer import Peer
from srx_demo.watch_figures import (
    Wave,
    Window,
    all_kept,
    as_table,
    peer_figures,
    wave_figures,
    window_figures,
)

GOOD = Window(
    lasted_s=120,
    triggers_cores=0.30,
    database_side_cores=0.05,
    postgres_cores=0.1,
    lab_cores=0.5,
    peak_bytes=700_000_000,
    looks=6000,
    oldest_look_s=39.0,
    logins=3,
    blocked=0,
)
START = Wave(
    lasted_s=90,
    cpu_s=40,
    logins=1900,
    most_a_node=1,
    most_in_stretch=260,
    most_in_1_s=35,
    most_done_in_1_s=60,
    journal_connections=4,
)


def test_a_good_run_keeps_every_promise() -> None:
    assert all_kept(window_figures(GOOD, clusters=1000, poll_s=20))
    assert all_kept(wave_figures(START, nodes=2000))


@pytest.mark.parametrize(
    "changed",
    [
        {"triggers_cores": 0.46},  # with its database side more than half a core
        {"peak_bytes": 1_000_000_001},
        {"oldest_look_s": 40.1},
    ],
)
def test_one_that_is_missed_is_told(changed: dict[str, float]) -> None:
    lines = window_figures(replace(GOOD, **changed), clusters=1000, poll_s=20)  # type: ignore[arg-type]
    assert [line.kept for line in lines].count(False) == 1


def test_a_login_storm_is_told_by_its_worst_stretch() -> None:
    assert not all_kept(wave_figures(replace(START, most_in_stretch=320), nodes=2000))


def test_the_table_says_what_was_not_kept() -> None:
    console = Console(width=140)
    with console.capture() as shown:
        console.print(as_table("Watching", window_figures(replace(GOOD, oldest_look_s=41), 1000, 20)))
    (oldest,) = [line for line in shown.get().splitlines() if line.startswith("oldest look")]
    assert "2.05 poll intervals of 20 s" in oldest
    assert oldest.rstrip().endswith("NOT KEPT")


def test_a_peer_is_scaled_in_proportion_and_that_is_said() -> None:
    peer = Peer(clusters=20, processes=41, cores=0.06, memory_bytes=300_000_000)
    scaled = peer_figures(peer, clusters=1000)[-1]
    assert "not measured" in scaled.name
    assert scaled.value == "300 % of a core, 15000 MB in proportion"
    assert scaled.kept is None
