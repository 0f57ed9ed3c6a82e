"""The fleet-wide stop: an Airflow Variable that says who stopped everything, and why.

While it is set nothing new starts, in campaigns or by hand; what runs goes on to its end.
"""

from __future__ import annotations

import json

from airflow.sdk import Variable
from airflow.sdk.exceptions import AirflowRuntimeError

from srx_issu.domain.errors import StopFlagUnreadable

VARIABLE = "srx_issu_stop"


def stopped() -> str | None:
    """Who stopped the fleet, and why; None = nobody did. Raises StopFlagUnreadable."""
    try:
        value = Variable.get(VARIABLE, default=None)
    except (AirflowRuntimeError, OSError) as error:
        raise StopFlagUnreadable(f"Airflow does not tell whether the fleet was stopped: {error}") from error
    return in_words(value) if value else None


def in_words(value: str) -> str:
    """The command line writes {"by", "at", "why"}; whatever else a person typed in is shown as it is."""
    try:
        found = json.loads(value)
        return f"the whole fleet was stopped by {found['by']} at {found['at']}: {found['why']}"
    except (ValueError, TypeError, KeyError):
        return f"the whole fleet was stopped: {value}"
