"""What counts as the device's own time, and what the table says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rich.console import Console

from srx_demo.bench import as_table, figures
from srx_demo.one_upgrade import Measured, device_s, most_held

LATER = Measured(
    wall_s=80, device_s=60, cpu_s=15, worker_cpu_s=8, tasks=39, task_starts=10, connections=30,
    busy_while_waiting=0, looks_while_waiting=20,
)  # fmt: skip


def event(wall: float, name: str, **more: Any) -> dict[str, Any]:
    return {"wall": wall, "event": name, **more}


def test_the_issu_and_the_hold_down_of_rg0_are_the_devices_time() -> None:
    hold = {"group": 0, "before": "primary", "after": "secondary-hold"}
    free = {"group": 0, "before": "secondary-hold", "after": "secondary"}
    story = [
        event(10, "command"),
        event(20, "issu_started"),
        event(70, "upgrade_ended"),
        event(80, "group_changed", **hold),
        event(85, "group_changed", **free),
    ]
    assert device_s(story) == 55


def test_an_issu_that_did_not_end_has_no_length() -> None:
    assert device_s([event(20, "issu_started")]) == 0


def test_the_table_sets_the_later_run_against_the_promise() -> None:
    shown = _table([replace(LATER, wall_s=200), LATER])
    (beyond,) = [line for line in shown if line.startswith("beyond the device")]
    assert beyond.split()[-1] == "0.50"


def test_what_the_stack_costs_idle_is_told_apart() -> None:
    (beyond,) = [line for line in figures([LATER], 0.1, 60.0) if line.name == "of it beyond idling"]
    assert beyond.values == (7.0,)


def test_a_promise_is_of_the_later_run() -> None:
    costly = replace(LATER, cpu_s=20.1)
    assert _not_kept([costly, LATER]) == []
    assert _not_kept([LATER, costly]) == ["CPU of the stack"]
    assert _not_kept([replace(LATER, busy_while_waiting=1)]) == ["workers held while waiting"]


def test_a_worker_is_held_when_it_is_there_in_every_look_of_one_wait() -> None:
    assert most_held({("verify", 1): [1, 1, 1]}) == 1
    assert most_held({("verify", 1): [1, 0, 0]}) == 0


def test_short_waits_of_one_task_are_not_one_long_wait() -> None:
    assert most_held({("verify", 1): [1], ("verify", 2): [1], ("verify", 3): [1]}) == 0


def test_at_another_speed_nothing_is_promised_of_time_and_cpu() -> None:
    assert _not_kept([replace(LATER, cpu_s=90, wall_s=900)], speed=5.0) == []


def _not_kept(found: list[Measured], speed: float = 60.0) -> list[str]:
    return [line.name for line in figures(found, 0.1, speed) if not line.is_kept]


def _table(found: list[Measured]) -> list[str]:
    console = Console(width=120)
    with console.capture() as shown:
        console.print(as_table("One upgrade", figures(found, 0.1, 60.0)))
    return shown.get().splitlines()
