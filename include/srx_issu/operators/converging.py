"""A step that may have to wait for state to come back: it defers, and looks again on a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.sdk import BaseOperator, Context

from srx_issu.operators.step import pause, run_step
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.converge import NotYet


class ConvergingOperator(BaseOperator):
    """``step`` returns its facts, or NotYet; then it is run again after a pause that holds no worker."""

    ui_color = "#e8f4ea"

    def __init__(self, *, step: Callable[[Bench], Facts | NotYet], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.step = step

    def execute(self, context: Context) -> Facts:
        result = run_step(self, context, self.step)
        if isinstance(result, NotYet):
            pause(self, result)
        return result

    def look_again(self, context: Context, event: Any) -> Facts:  # noqa: ARG002 - only that it is time
        return self.execute(context)
