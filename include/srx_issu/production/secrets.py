"""The secrets of one deployment: made once into ``.env``, refused while they are the example's.

``.env`` is read by ``docker compose`` and by the native layout alike. Nothing is printed.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

EXAMPLE = "example-"
JWT_BYTES = 64  # Airflow signs with HS512
SHORTEST = 16
_IN_A_URL = re.compile(r"[A-Za-z0-9_-]+")

PASSWORDS = (
    "POSTGRES_PASSWORD",  # PostgreSQL's superuser: init alone
    "AIRFLOW_DB_PASSWORD",
    "JOURNAL_OWNER_PASSWORD",  # owns the journal's tables: init alone
    "JOURNAL_PASSWORD",  # adds to the journal, changes nothing of it
    "REDIS_PASSWORD",
    "FLOWER_PASSWORD",
    "ADMIN_PASSWORD",
    "APPROVER_PASSWORD",
    "OPERATOR_PASSWORD",
    "VIEWER_PASSWORD",
)
FERNET_KEY, JWT_SECRET, API_SECRET_KEY = "FERNET_KEY", "JWT_SECRET", "API_SECRET_KEY"
NAMES = (FERNET_KEY, JWT_SECRET, API_SECRET_KEY, *PASSWORDS)


class SecretsRefused(Exception):
    """What is wrong with each secret; the values themselves are never shown."""


def new() -> dict[str, str]:
    """Name -> value. Passwords are of letters, digits, ``_`` and ``-``, because they stand in URLs."""
    return {
        FERNET_KEY: base64.urlsafe_b64encode(os.urandom(32)).decode(),
        JWT_SECRET: secrets.token_urlsafe(JWT_BYTES),
        API_SECRET_KEY: secrets.token_urlsafe(32),
        **{name: secrets.token_urlsafe(24) for name in PASSWORDS},
    }


def write(path: Path, example: str) -> None:
    """``example`` with a new value for each secret, readable by its owner only. Never overwrites a file:
    a lost Fernet key is every saved configuration lost. Raises SecretsRefused."""
    made = new()
    lines = [_filled(line, made) for line in example.splitlines()]
    if made:
        raise SecretsRefused(f"the example has no line for {', '.join(made)}; nothing was written")
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise SecretsRefused(
            f"{path} is there already, and its keys may be in use; move it away if you mean it"
        ) from error
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")


def faults(environment: Mapping[str, str], names: tuple[str, ...] = NAMES) -> tuple[str, ...]:
    """What is wrong, one line a secret; empty when all may be used."""
    return tuple(
        f"{name} {fault}" for name in names if (fault := _fault(name, environment.get(name, ""))) is not None
    )


def read(path: Path) -> dict[str, str]:
    """``.env`` as ``docker compose`` reads it: NAME=value lines and comments. Raises SecretsRefused."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SecretsRefused(
            f"{path}: {error.strerror}; 'python -m srx_issu.production secrets' writes it"
        ) from error
    pairs = (line.partition("=") for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _filled(line: str, made: dict[str, str]) -> str:
    name = line.partition("=")[0]
    return f"{name}={made.pop(name)}" if name in made else line


def _fault(name: str, value: str) -> str | None:
    if not value:
        return "is not set"
    if value.startswith(EXAMPLE):
        return "is the value of .env.example"
    if name == FERNET_KEY:
        return _fernet_fault(value)
    shortest = JWT_BYTES if name == JWT_SECRET else SHORTEST
    if len(value.encode()) < shortest:
        return f"is shorter than {shortest} bytes"
    if name in PASSWORDS and not _IN_A_URL.fullmatch(value):
        return "has characters other than letters, digits, _ and -, and it stands in a URL"
    return None


def _fernet_fault(value: str) -> str | None:
    """Several keys, newest first, while one is being replaced."""
    for key in value.split(","):
        try:
            length = len(base64.urlsafe_b64decode(key.strip().encode()))
        except ValueError:
            length = 0
        if length != 32:
            return "is not a Fernet key (32 bytes, URL-safe base64)"
    return None
