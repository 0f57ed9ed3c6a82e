"""Simulated clusters that outlive the stack, so that it can be killed and started again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from srx_demo.lab import Lab
from srx_demo.scenery import Scenery
from srx_issu.stack.embedded.stack import StackOptions
from srx_issu.stack.processes.component import Component
from srx_issu.stack.processes.sessions import end_all


@contextmanager
def simulator(lab: Lab, log: Path) -> Iterator[Component]:
    """A process of its own, ended at the end."""
    running = Component(lab.program(log))
    with ExitStack() as cleanup:
        cleanup.callback(running.wait)
        cleanup.callback(end_all, [running.session], 5.0)
        yield running


def options(scenery: Scenery, parallelism: int | None = None) -> StackOptions:
    """As the demo's, but for the simulator."""
    return replace(scenery.options(parallelism), alongside=())
