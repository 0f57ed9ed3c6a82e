"""Encrypts to a public key: whoever seals cannot open. X25519, HKDF-SHA-256 and ChaCha20-Poly1305.

A sealed box as RFC 9180 and libsodium have it, without their formats: a key pair made for one message, whose
private half is forgotten; the shared secret, bound to both public keys, encrypts that message alone, so the
nonce may be fixed. Written as one line of text: ``srx-issu-sealed:1:KEY ID:BASE64``. Knows no Airflow.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PREFIX = b"srx-issu-sealed:1:"
_KEY_BYTES = 32
_NONCE = bytes(12)


class NotOpened(Exception):
    """What is wrong with a key or with what is sealed; never shows either."""


def new_private_key() -> str:
    """URL-safe base64 of 32 bytes, as all keys here."""
    return _text(X25519PrivateKey.generate().private_bytes_raw())


def public_key_of(private_key: str) -> str:
    """Raises NotOpened when it is not a key."""
    return _text(_private(private_key).public_key().public_bytes_raw())


def key_id(public_key: str) -> str:
    """Eight bytes of the key's SHA-256 in hex: which private key opens a file, without trying."""
    return hashlib.sha256(_raw(public_key)).hexdigest()[:16]


def is_sealed_box(content: bytes) -> bool:
    return content.startswith(PREFIX)


def seal_to(public_key: str, content: bytes) -> bytes:
    """One line of ASCII that only the private key opens. Raises NotOpened when it is not a key."""
    recipient = _raw(public_key)
    ephemeral = X25519PrivateKey.generate()
    ours = ephemeral.public_key().public_bytes_raw()
    header = PREFIX + key_id(public_key).encode() + b":"
    cipher = _cipher(ephemeral, recipient, ours, recipient)
    return header + base64.urlsafe_b64encode(ours + cipher.encrypt(_NONCE, content, header))


def open_with(private_keys: Iterable[str], sealed: bytes) -> bytes:
    """The content, with whichever of the keys it was sealed to. Raises NotOpened, naming the key's id."""
    header, _, body = sealed.strip().rpartition(b":")
    wanted = header.rpartition(b":")[2].decode("ascii", errors="replace")
    private_key = next((key for key in private_keys if key_id(public_key_of(key)) == wanted), None)
    if private_key is None:
        raise NotOpened(
            f"sealed to the key with the id {wanted}, and that private key is not among those given"
        )
    try:
        raw = base64.b64decode(body, altchars=b"-_", validate=True)
        theirs, encrypted = raw[:_KEY_BYTES], raw[_KEY_BYTES:]
        recipient = _raw(public_key_of(private_key))
        cipher = _cipher(_private(private_key), theirs, theirs, recipient)
        return cipher.decrypt(_NONCE, encrypted, header + b":")
    except (InvalidTag, ValueError) as error:
        raise NotOpened(f"sealed to the key {wanted}, but changed or cut since: it does not open") from error


def _cipher(own: X25519PrivateKey, other: bytes, ephemeral: bytes, recipient: bytes) -> ChaCha20Poly1305:
    shared = own.exchange(X25519PublicKey.from_public_bytes(other))
    derived = HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=PREFIX + ephemeral + recipient)
    return ChaCha20Poly1305(derived.derive(shared))


def _private(key: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(_raw(key))


def _raw(key: str) -> bytes:
    try:
        raw = base64.b64decode(key.strip().encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotOpened("not a sealing key: expected URL-safe base64 of 32 bytes") from error
    if len(raw) != _KEY_BYTES:
        raise NotOpened(f"not a sealing key: expected 32 bytes in URL-safe base64, found {len(raw)}")
    return raw


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode()
