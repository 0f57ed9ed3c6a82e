"""The secrets of one deployment: made once into ``.env``, refused while they are the example's.

``.env`` is read by ``docker compose`` and by the native layout alike. The private half of the sealing key is
in a file of its own beside it, which neither reads: it belongs where the backups are not. The public half of
the journal's key is a file there, too: it verifies what the private half signs. Nothing is printed.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from srx_issu.adapters.sealed_box import NotOpened, key_id, new_private_key, public_key_of
from srx_issu.stack.production.journal_key import key_fault, new_key, public_pem

EXAMPLE = "example-"
JWT_BYTES = 64  # Airflow signs with HS512
SHORTEST = 16
_IN_A_URL = re.compile(r"[A-Za-z0-9_-]+")

PASSWORDS = (
    "POSTGRES_PASSWORD",  # PostgreSQL's superuser: init alone
    "AIRFLOW_DB_PASSWORD",
    "CELERY_RESULTS_PASSWORD",  # schedulers and workers: how Celery's tasks ended, in a database of its own
    "JOURNAL_OWNER_PASSWORD",  # owns the journal's tables: init alone
    "JOURNAL_PASSWORD",  # adds to the journal, changes nothing of it
    "JOURNAL_READER_PASSWORD",  # reads it
    "REDIS_PASSWORD",
    "FLOWER_PASSWORD",
    "ADMIN_PASSWORD",
    "APPROVER_PASSWORD",
    "OPERATOR_PASSWORD",
    "VIEWER_PASSWORD",
)
FERNET_KEY, JWT_SECRET, API_SECRET_KEY = "FERNET_KEY", "JWT_SECRET", "API_SECRET_KEY"
SEAL_PUBLIC_KEY = (
    "SEAL_PUBLIC_KEY"  # no secret, but the deployment's own: what is sealed to another's is lost
)
JOURNAL_KEY = "JOURNAL_KEY"  # the private half
NAMES = (FERNET_KEY, JWT_SECRET, API_SECRET_KEY, SEAL_PUBLIC_KEY, JOURNAL_KEY, *PASSWORDS)
JOURNAL_PUBLIC_FILE = "journal.key.pub"
UNSEAL_FILE = "unseal.key"
UNSEAL_KEY = "UNSEAL_KEY"  # goes to UNSEAL_FILE, never to .env


class SecretsRefused(Exception):
    """What is wrong with each secret; the values themselves are never shown."""


def new() -> dict[str, str]:
    """Name -> value. Passwords are of letters, digits, ``_`` and ``-``, because they stand in URLs.
    UNSEAL_KEY is the private key to SEAL_PUBLIC_KEY, and in none of NAMES: no service is given it."""
    private_key = new_private_key()
    return {
        UNSEAL_KEY: private_key,
        SEAL_PUBLIC_KEY: public_key_of(private_key),
        FERNET_KEY: base64.urlsafe_b64encode(os.urandom(32)).decode(),
        JWT_SECRET: secrets.token_urlsafe(JWT_BYTES),
        API_SECRET_KEY: secrets.token_urlsafe(32),
        JOURNAL_KEY: new_key(),
        **{name: secrets.token_urlsafe(24) for name in PASSWORDS},
    }


def write(path: Path, example: str) -> None:
    """``example`` with a new value for each secret, readable by its owner only; beside it the private sealing
    key and the journal's public key. Never overwrites a file: a lost key is every saved configuration lost.
    Raises SecretsRefused."""
    made = new()
    unseal_key, public_key = made.pop(UNSEAL_KEY), public_pem(made[JOURNAL_KEY])
    lines = [_filled(line, made) for line in example.splitlines()]
    if made:
        raise SecretsRefused(f"the example has no line for {', '.join(made)}; nothing was written")
    for each in (path, path.with_name(UNSEAL_FILE), path.with_name(JOURNAL_PUBLIC_FILE)):
        if each.exists():
            raise SecretsRefused(
                f"{each} is there already, and its keys may be in use; move it away if you mean it, or add "
                "what a new version needs: 'python -m srx_issu.stack.production secrets --add-missing'"
            )
    _write_private(path.with_name(UNSEAL_FILE), _unseal_file(unseal_key))
    _write_new(path.with_name(JOURNAL_PUBLIC_FILE), public_key, 0o644)
    _write_private(path, "\n".join(lines) + "\n")


def add_missing(path: Path) -> tuple[str, ...]:
    """Adds to ``path`` each secret that it does not have yet and changes none that is there; the names of
    what was added. Raises SecretsRefused."""
    known, made = read(path), new()
    unseal_key = made.pop(UNSEAL_KEY)
    missing = {name: value for name, value in made.items() if not known.get(name)}
    if not missing:
        return ()
    unseal_file, public_file = path.with_name(UNSEAL_FILE), path.with_name(JOURNAL_PUBLIC_FILE)
    if JOURNAL_KEY in missing and public_file.exists():
        raise SecretsRefused(
            f"{path} has no {JOURNAL_KEY}, but {public_file} is there, and what its private half signed "
            "verifies with it alone: restore the line, or move the file away and keep it; nothing was changed"
        )
    if SEAL_PUBLIC_KEY in missing:
        if unseal_file.exists():
            missing[SEAL_PUBLIC_KEY] = _public_key_in(unseal_file)
        else:
            _write_private(unseal_file, _unseal_file(unseal_key))
    if JOURNAL_KEY in missing:
        _write_new(public_file, public_pem(missing[JOURNAL_KEY]), 0o644)
    lines = [f"{name}={value}" for name, value in missing.items()]
    kept = [line for line in path.read_text(encoding="utf-8").splitlines() if _name_in(line) not in missing]
    replace_private(path, "\n".join([*kept, "", "# added for a new version", *lines]) + "\n")
    return tuple(missing)


def replace_private(path: Path, text: str) -> None:
    """The whole file or the old one, never readable by others."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    _write_private(draft, text)
    draft.replace(path)


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
            f"{path}: {error.strerror}; 'python -m srx_issu.stack.production secrets' writes it"
        ) from error
    pairs = (line.partition("=") for line in lines if line.strip() and not line.lstrip().startswith("#"))
    return {name.strip(): _value(value.strip()) for name, _, value in pairs}


def _value(text: str) -> str:
    """Without its quotes, or, where it has none, without a comment behind it."""
    quoted = re.fullmatch(r"""(["'])(.*?)\1(?:\s+#.*)?""", text)
    return quoted[2] if quoted else re.split(r"\s+#", text, maxsplit=1)[0]


def _filled(line: str, made: dict[str, str]) -> str:
    name = _name_in(line)
    return f"{name}={made.pop(name)}" if name in made else line


def _name_in(line: str) -> str:
    return line.partition("=")[0].strip()


def _write_private(path: Path, text: str) -> None:
    """A new file that nobody else can read. Raises SecretsRefused when it appeared meanwhile."""
    _write_new(path, text, 0o600)


def _write_new(path: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise SecretsRefused(f"{path} is there already; nothing more was written") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def _unseal_file(private_key: str) -> str:
    return (
        f"# Opens sealed configurations (key {key_id(public_key_of(private_key))}). No service needs it:\n"
        "# keep it where your backups are not. 'python -m srx_issu.stack.production unseal' reads it.\n"
        "# After a change of keys: the newest first, older ones below it.\n"
        f"{private_key}\n"
    )


def _public_key_in(path: Path) -> str:
    keys = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]
    try:
        return public_key_of(keys[0])
    except (IndexError, NotOpened) as error:
        raise SecretsRefused(f"{path} holds no sealing key; move it away if it is not in use") from error


def _fault(name: str, value: str) -> str | None:
    if not value:
        return "is not set"
    if value.startswith(EXAMPLE):
        return "is the value of .env.example"
    if name in _KEY_FAULTS:
        return _KEY_FAULTS[name](value)
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


def _seal_fault(value: str) -> str | None:
    try:
        key_id(value)
    except NotOpened as error:
        return f"is {error}"
    return None


_KEY_FAULTS: Mapping[str, Callable[[str], str | None]] = {
    FERNET_KEY: _fernet_fault, SEAL_PUBLIC_KEY: _seal_fault, JOURNAL_KEY: key_fault,
}  # fmt: skip
