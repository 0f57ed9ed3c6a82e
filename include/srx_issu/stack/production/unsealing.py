"""Opens sealed configurations, of today and of before there were public keys, where the private keys are.

No service has them. Keys are taken from the file beside ``.env`` (``secrets.UNSEAL_FILE``), from ``.env``
itself for the Fernet keys of older files, and from the embedded default's secrets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from srx_issu.adapters.sealed_box import NotOpened, is_sealed_box, open_with
from srx_issu.stack.production import secrets


@dataclass(frozen=True, kw_only=True)
class UnsealKeys:
    """Newest first; ``repr`` shows none."""

    private_keys: tuple[str, ...] = ()
    fernet_keys: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"UnsealKeys({len(self.private_keys)} private, {len(self.fernet_keys)} of Fernet)"


def find_keys(env_file: Path, key_file: Path, embedded_secrets: Path) -> UnsealKeys:
    """From whichever of the three files there are. A file that is not there is no fault here."""
    settings = secrets.read(env_file) if env_file.exists() else {}
    local = _embedded(embedded_secrets)
    lines = key_file.read_text(encoding="utf-8").splitlines() if key_file.exists() else []
    private = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    fernet = [*settings.get(secrets.FERNET_KEY, "").split(","), *local.get("fernet_key", "").split(",")]
    return UnsealKeys(
        private_keys=tuple(filter(None, [*private, local.get("seal_private_key", "")])),
        fernet_keys=tuple(key.strip() for key in fernet if key.strip()),
    )


def unseal(content: bytes, keys: UnsealKeys) -> bytes:
    """The configuration. Raises NotOpened, saying which key is missing."""
    if is_sealed_box(content):
        return open_with(keys.private_keys, content)
    if not keys.fernet_keys:
        raise NotOpened("sealed with a Fernet key, and none was found: name the .env that holds FERNET_KEY")
    try:
        return MultiFernet([Fernet(key.encode()) for key in keys.fernet_keys]).decrypt(content)
    except (InvalidToken, ValueError) as error:
        raise NotOpened(
            "neither a sealed configuration nor one sealed with any of the Fernet keys that were found; an "
            "older FERNET_KEY may be in your backup (FERNET_KEY=new,old)"
        ) from error


def _embedded(path: Path) -> Mapping[str, str]:
    found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {str(name): str(value) for name, value in found.items()}
