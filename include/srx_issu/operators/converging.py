"""A step that may have to wait for state to come back: it defers, and looks again on a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, Context

from srx_issu.hooks.clock import SystemClock
from srx_issu.operators.step import run_step
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.converge import NotYet
from srx_issu.triggers.pause import PauseTrigger

GRACE = timedelta(minutes=10)  # a triggerer that is late is not dead


class ConvergingOperator(BaseOperator):
    """``step`` returns its facts, or NotYet; then it is run again after a pause that holds no worker."""

    ui_color = "#e8f4ea"

    def __init__(self, *, step: Callable[[Bench], Facts | NotYet], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step

    def execute(self, context: Context) -> Facts:
        result = run_step(self, context, self.step)
        if isinstance(result, NotYet):
            pause = timedelta(seconds=result.pause_s)
            until = SystemClock().now() + pause
            self.log.info("%s; looking again in %.0f s", result.reason, result.pause_s)
            trigger = PauseTrigger(until.isoformat())
            self.defer(trigger=trigger, method_name="look_again", timeout=pause + GRACE)
        return result

    def look_again(self, context: Context, event: Any) -> Facts:  # noqa: ARG002 - only that it is time
        return self.execute(context)
