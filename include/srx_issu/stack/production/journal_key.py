"""The key that signs the journal, from ``.env`` to the file that those read who write the journal.

``.env`` has the private half in one line; ``init`` writes it as a file of mode 600 into a volume that only
writers are given. (A file that is a secret of Docker Compose keeps the host's owner and mode: the services'
user could not read it.) The public half is a file beside ``.env``: it is what verifies.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from srx_issu.adapters.journal import Signer
from srx_issu.domain.errors import JournalError

_BEGIN, _END = "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"


def new_key() -> str:
    """The body of a private key in PEM, which is one line."""
    der = Ed25519PrivateKey.generate().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return base64.b64encode(der).decode()


def public_pem(key: str) -> str:
    """Raises JournalError when ``key`` is not one."""
    return _signer(key).verifier.pem


def key_fault(key: str) -> str | None:
    """What is wrong with it; never shows it."""
    try:
        _signer(key)
    except JournalError:
        return "is not the journal's private key (Ed25519, PKCS8, base64 in one line)"
    return None


def install(key: str, path: Path) -> None:
    """The file that SRX_ISSU_JOURNAL_KEY_FILE names: the new one or the old one. Raises JournalError."""
    pem = _pem(key)
    Signer.from_pem(pem)
    draft = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(pem)
        draft.replace(path)
    except OSError as error:
        raise JournalError(
            f"journal key {path}: cannot be written ({error}); the volume must belong to the services' user"
        ) from error


def _signer(key: str) -> Signer:
    return Signer.from_pem(_pem(key))


def _pem(key: str) -> str:
    return f"{_BEGIN}\n{key}\n{_END}\n"
