"""Keys and passwords of one stack: made once, kept in files only their owner can read."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from srx_issu.adapters.journal.signing import make_key
from srx_issu.adapters.sealed_box import new_private_key
from srx_issu.stack.processes.home import Home

# user -> SimpleAuthManager's role. Who starts an upgrade may not approve it: so two can do both.
ROLES = {"admin": "admin", "operator": "op", "approver": "op", "viewer": "viewer"}


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What Airflow's components must share. Never printed, never on a command line."""

    fernet_key: str
    jwt_secret: str  # >= 64 bytes: it signs with HS512
    api_secret_key: str
    seal_private_key: str  # only its public half is told to Airflow's processes

    def __repr__(self) -> str:
        return "Secrets(...)"


def load_or_create(home: Home) -> tuple[Secrets, bool]:
    """The stack's secrets, and True when they were made just now, together with the users' passwords."""
    created = not home.users_file.exists()
    known = {} if created else passwords(home)
    missing = {user: secrets.token_urlsafe(12) for user in ROLES if user not in known}
    if missing:  # all of them the first time; later those that a new version brings
        write_private(home.users_file, {**known, **missing})
    if not home.secrets_file.exists():
        write_private(home.secrets_file, asdict(_new()))
    if not home.journal_key_file.exists():
        make_key(home.journal_key_file)
    known = json.loads(home.secrets_file.read_text())
    if missing := {name: value for name, value in asdict(_new()).items() if name not in known}:
        known |= missing  # of a stack made by an older version
        write_private(home.secrets_file, known)
    return Secrets(**known), created


def passwords(home: Home) -> dict[str, str]:
    """User name -> password."""
    found = json.loads(home.users_file.read_text())
    return {str(user): str(password) for user, password in found.items()}


def write_private(path: Path, content: object) -> None:
    """Writes JSON that nobody else can read, not even for the moment between creation and chmod."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(content, indent=2) + "\n")
    draft.replace(path)


def _new() -> Secrets:
    return Secrets(
        fernet_key=base64.urlsafe_b64encode(os.urandom(32)).decode(),
        jwt_secret=secrets.token_urlsafe(64),
        api_secret_key=secrets.token_urlsafe(32),
        seal_private_key=new_private_key(),
    )
