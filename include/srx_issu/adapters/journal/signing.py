"""The key that signs the journal's links: Ed25519, in a file, never in the database.

Who may write to the database, or owns it, can make links; only who has the key can sign them.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from srx_issu.domain.errors import JournalError

KEY_MODE = 0o600
K = TypeVar("K")
_PREFIX = "srx-issu journal 1"  # what is signed, and how it is put together


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Over one link; ``key_id`` tells which key made it."""

    key_id: str
    signature: str  # hexadecimal


class Verifier:
    """The public half."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        self._key = key
        raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.key_id = hashlib.sha256(raw).hexdigest()[:16]
        self.pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @classmethod
    def from_pem(cls, pem: str) -> Verifier:
        """From a public or a private key. Raises JournalError."""
        try:
            if "PRIVATE" in pem:
                return Signer.from_pem(pem).verifier
            key = load_pem_public_key(pem.encode())
        except ValueError as error:
            raise JournalError(f"not a key in PEM: {error}") from error
        if not isinstance(key, Ed25519PublicKey):
            raise JournalError(
                "the key is not of Ed25519; make one with 'python -m srx_issu.adapters.journal key FILE'"
            )
        return cls(key)

    def accepts(self, signature: Signature, upgrade_id: str, position: int, link_hash: str) -> bool:
        try:
            self._key.verify(bytes.fromhex(signature.signature), _message(upgrade_id, position, link_hash))
        except (InvalidSignature, ValueError):
            return False
        return True


class Signer:
    """The private half. Its text never shows the key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.verifier = Verifier(key.public_key())

    @classmethod
    def from_pem(cls, pem: str) -> Signer:
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError) as error:
            raise JournalError("not a private key in PEM without a password") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise JournalError(
                "the key is not of Ed25519; make one with 'python -m srx_issu.adapters.journal key FILE'"
            )
        return cls(key)

    def sign(self, upgrade_id: str, position: int, link_hash: str) -> Signature:
        made = self._key.sign(_message(upgrade_id, position, link_hash))
        return Signature(key_id=self.verifier.key_id, signature=made.hex())


def read_signer(path: Path) -> Signer:
    """Raises JournalError, which names the file and not what is in it."""
    return _read(path, Signer.from_pem)


def read_verifier(path: Path) -> Verifier:
    return _read(path, Verifier.from_pem)


def make_key(path: Path) -> Verifier:
    """Writes a new private key to ``path``, and its public half to ``path`` + ``.pub``. Never overwrites."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    verifier = Verifier(key.public_key())
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, KEY_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
        path.with_name(f"{path.name}.pub").write_text(verifier.pem)
    except OSError as error:
        raise JournalError(
            f"journal key {path}: cannot be written ({error}); an existing one is kept"
        ) from error
    return verifier


def _read(path: Path, parse: Callable[[str], K]) -> K:
    try:
        return parse(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(f"journal key {path}: cannot be read ({error})") from error
    except JournalError as error:
        raise JournalError(f"journal key {path}: {error}") from error


def _message(upgrade_id: str, position: int, link_hash: str) -> bytes:
    return f"{_PREFIX}\n{upgrade_id}\n{position}\n{link_hash}".encode()
