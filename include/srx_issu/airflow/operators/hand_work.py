"""A question about a person's work, put by a task that looks at the nodes meanwhile.

The task is deferred between two looks, and Airflow resumes a deferred task with an answer as it does one
that only waits for it (PATCH of hitlDetails, Airflow 3.3.2); the question stands among the required actions
all the time. Its words cannot be changed once put: putting it again only takes the earlier answer away.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NoReturn

from airflow.sdk import BaseOperator, Context
from airflow.sdk.execution_time.hitl import upsert_hitl_detail

from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.operators.step import GRACE
from srx_issu.airflow.triggers.answer import PauseOrAnswerTrigger
from srx_issu.steps.waits.by_hand import WORDS, HandsAwaited


def await_answer(
    operator: BaseOperator, context: Context, awaited: HandsAwaited, action: str, *, is_asked: bool
) -> NoReturn:
    """Defers until the pause is over or somebody answers; ``look_again`` goes on. ``is_asked``: this try has
    put the question before."""
    ti_id: Any = context["ti"].id
    if awaited.is_open and (awaited.is_new or not is_asked):
        upsert_hitl_detail(ti_id=ti_id, options=WORDS, subject=awaited.subject, body=awaited.body, params={})
        is_asked = True
    length = timedelta(seconds=awaited.pause_s)
    operator.log.info("%s; looking again in %.0f s", awaited.reason, awaited.pause_s)
    operator.defer(
        trigger=PauseOrAnswerTrigger(str(ti_id), (SystemClock().now() + length).isoformat(), awaited.is_open),
        method_name="look_again",
        kwargs={"action": action, "is_asked": is_asked},
        timeout=length + GRACE,
    )
    raise AssertionError("defer raises")
