"""The fleet-wide stop: an Airflow Variable that says who stopped everything, and why.

While it is set nothing new starts, in campaigns or by hand; what runs goes on to its end.
"""

from __future__ import annotations

import json

from airflow.sdk import Variable

VARIABLE = "srx_issu_stop"


def stopped() -> str | None:
    """Who stopped the fleet, and why; None = nobody did."""
    value = Variable.get(VARIABLE, default=None)
    return in_words(value) if value else None


def in_words(value: str) -> str:
    """The command line writes {"by", "at", "why"}; whatever else a person typed in is shown as it is."""
    try:
        found = json.loads(value)
        return f"the whole fleet was stopped by {found['by']} at {found['at']}: {found['why']}"
    except (ValueError, TypeError, KeyError):
        return f"the whole fleet was stopped: {value}"
