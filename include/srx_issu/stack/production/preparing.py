"""The one-shot service ``init``: everything that has to be there before the others start. Safe to repeat."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from srx_issu.stack.production import databases, images, journal_key, secrets

# The names under which the other services have the same values.
_AS = {
    secrets.FERNET_KEY: "AIRFLOW__CORE__FERNET_KEY",
    secrets.JWT_SECRET: "AIRFLOW__API_AUTH__JWT_SECRET",
    secrets.API_SECRET_KEY: "AIRFLOW__API__SECRET_KEY",
}
KEY_FILE = (
    "SRX_ISSU_JOURNAL_KEY_FILE"  # where to write the key for those who sign; not set: they have it already
)
_NOT_HERE = ("POSTGRES_PASSWORD", "FLOWER_PASSWORD")  # inside POSTGRES_URL; flower's alone


class InitFailed(Exception):
    """What could not be prepared."""


def initialise(environment: Mapping[str, str], say: Callable[[str], None]) -> None:
    """Refuses example secrets and images without a digest; then databases, tables, the key that signs the
    journal, roles and users."""
    refuse_examples(environment)
    images.refuse_unpinned(environment)
    say("databases and database roles")
    databases.prepare(environment["POSTGRES_URL"], environment)
    say("Airflow's tables")
    done = subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=environment, check=False)
    if done.returncode != 0:
        raise InitFailed(f"'airflow db migrate' ended with status {done.returncode}; its words are above")
    say("the journal's tables, append-only for the application")
    databases.migrate_journal(environment["POSTGRES_URL"], environment)
    if named := environment.get(KEY_FILE):
        say("the key that signs the journal")
        journal_key.install(environment[secrets.JOURNAL_KEY], Path(named))
    say("roles and users")
    from srx_issu.stack.production import access  # noqa: PLC0415 - after the tables

    access.apply(environment)


def refuse_examples(environment: Mapping[str, str]) -> None:
    """Raises SecretsRefused with everything that is wrong."""
    not_here = _NOT_HERE if environment.get(KEY_FILE) else (*_NOT_HERE, secrets.JOURNAL_KEY)
    names = tuple(name for name in secrets.NAMES if name not in not_here)
    given = {name: environment.get(_AS.get(name, name), "") for name in names}
    faults = list(secrets.faults(given, names))
    if f":{secrets.EXAMPLE}" in environment.get("POSTGRES_URL", ""):
        faults.append("POSTGRES_PASSWORD is the value of .env.example")
    if faults:
        raise secrets.SecretsRefused(
            "\n".join(
                [
                    *faults,
                    "nothing was started; 'python -m srx_issu.stack.production secrets' makes a new .env",
                ]
            )
        )
