"""The fleet-wide stop: an Airflow Variable that says who stopped everything, and why.

While it is set nothing new starts, in campaigns or by hand; what runs goes on to its end.
"""

from __future__ import annotations

import json

from airflow.sdk import Variable

from srx_issu.domain.errors import StopFlagUnreadable
from srx_issu.ports.dag_names import STOP_VARIABLE


def stopped() -> str | None:
    """Who stopped the fleet, and why; None = nobody did. Raises StopFlagUnreadable.

    Airflow (3.3.2) answers "no such variable" also when it could not look, in the SDK and in the API server
    alike. Only the list of keys, which fails when it cannot be read, proves that nobody has set it.
    """
    try:
        value = Variable.get(STOP_VARIABLE, default=None)
        is_set = value is not None or STOP_VARIABLE in Variable.keys(prefix=STOP_VARIABLE)
    except Exception as error:  # whatever it is: it is no proof
        raise StopFlagUnreadable(f"Airflow did not say whether the fleet is stopped: {error}") from error
    if not is_set:
        return None
    if value is None:
        raise StopFlagUnreadable("the fleet was stopped a moment ago, and Airflow did not say by whom")
    return describe(value)


def describe(value: str) -> str:
    """The command line writes {"by", "at", "why"}; whatever else a person typed in is shown as it is."""
    try:
        found = json.loads(value)
        return f"the whole fleet was stopped by {found['by']} at {found['at']}: {found['why']}"
    except (ValueError, TypeError, KeyError):
        return f"the whole fleet was stopped: {value}"
