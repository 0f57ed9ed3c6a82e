"""When Airflow starts the audit by itself: what the environment says, understood before a DAG is made."""

from __future__ import annotations

from airflow.sdk import CronDataIntervalTimetable
from airflow.sdk.exceptions import AirflowTimetableInvalid


def audit_schedule(given: str) -> str | None:
    """The schedule in the value of SRX_ISSU_AUDIT_SCHEDULE: a cron expression or one of Airflow's names, such
    as ``@daily``, which it also is when nothing is said; None = by hand only.

    Raises ValueError that names the variable when Airflow would not understand it.
    """
    wanted = given.strip() or "@daily"
    if wanted.lower() == "none":
        return None
    try:
        CronDataIntervalTimetable(wanted, timezone="UTC").validate()
    except AirflowTimetableInvalid as error:
        raise ValueError(
            f"SRX_ISSU_AUDIT_SCHEDULE: {wanted!r} is not a valid schedule: {error} Write a cron expression "
            "of five fields, a name such as @daily, or none for by hand only"
        ) from error
    return wanted
