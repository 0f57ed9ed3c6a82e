"""The schemas of the two databases: Airflow's own and the journal's."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from srx_issu.adapters import journal
from srx_issu.adapters.journal.grants import grant_append_only


def installed_schema() -> str:
    """Changes when Airflow's tables may have: 'db migrate' takes 3 s, so it runs only then."""
    return " ".join(
        f"{name}=={_version(name)}" for name in ("apache-airflow-core", "apache-airflow-providers-fab")
    )


def prepare_journal(owner_url: str, role: str) -> None:
    """Brings the journal's tables to the installed schema, which is quick when they are there already; then
    ``role`` may add to them and change nothing, not even switch their triggers off."""
    journal.migrate(owner_url)
    grant_append_only(owner_url, role)


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "none"
