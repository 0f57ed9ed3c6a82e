"""What counts as the device's own time, and what the table says."""

from __future__ import annotations

from typing import Any

from rich.console import Console

from srx_demo.bench import Measured, as_table, device_s, figures


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


def test_the_table_sets_the_later_run_against_the_aim() -> None:
    first = Measured(wall_s=200, device_s=50, worker_cpu_s=9, task_starts=22, busy_while_waiting=0)
    later = Measured(wall_s=80, device_s=50, worker_cpu_s=8, task_starts=22, busy_while_waiting=0)
    console = Console(width=120)
    with console.capture() as shown:
        console.print(as_table(figures([first, later], parse_s=0.25)))
    (beyond,) = [line for line in shown.get().splitlines() if line.startswith("beyond the device")]
    assert beyond.split()[-1] == "0.50"
