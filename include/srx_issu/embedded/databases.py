"""The schemas of the two databases: Airflow's own and the journal's."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

from srx_issu import journal


def installed_schema() -> str:
    """Changes when Airflow's tables may have: 'db migrate' takes 3 s, so it runs only then."""
    return " ".join(
        f"{name}=={_version(name)}" for name in ("apache-airflow-core", "apache-airflow-providers-fab")
    )


def migrate_journal(url: str) -> None:
    """Brings the journal's tables to the installed schema; quick when they are there already."""
    journal.migrate(url)


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "none"
