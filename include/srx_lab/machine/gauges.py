"""Readings with noise: routing engine CPU, load, memory. Same seed and time, same reading."""

from __future__ import annotations

import hashlib

from srx_lab.machine.words import RUNNING_PHASES, NodeId
from srx_lab.machine.world import World

_WINDOW_S = 5.0


def noise(world: World, *parts: object) -> float:
    """A reproducible figure in [0, 1) for the given parts."""
    text = "/".join(map(str, (world.seed, world.spec.name, *parts)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=6).digest()) / 2**48


def busy_percent(world: World, node: NodeId, *, back_s: float = 0.0, span: int = 1) -> int:
    """RE CPU use averaged over `span` windows of 5 s ending `back_s` ago.

    Short windows are noisy, with a spike now and then, as on a real cluster [R].
    """
    last = int((world.now - back_s) / _WINDOW_S)
    readings = [_window(world, node, last - index) for index in range(min(span, 12))]
    return min(99, round(sum(readings) / len(readings)))


def _window(world: World, node: NodeId, window: int) -> float:
    fault = world.fault("cpu_high", node)
    if fault:
        return fault.number("busy_percent") + 4 * noise(world, node, window) - 2
    base = 26.0 if world.state.phase in RUNNING_PHASES else 11.0
    spike = 22.0 if noise(world, node, "spike", window) < 0.04 else 0.0
    return base + spike + 9 * noise(world, node, window)
