"""SSH with SHA-1 for nodes that have nothing better: ``ssh-rsa`` and ``diffie-hellman-group14-sha1``.

paramiko 5 has neither any more, asyncssh has both. Only a cluster whose inventory entry says
``ssh: {legacy_sha1: true}`` is talked to so, over every channel alike; with all others they are not even
offered. What is better is preferred, so that the same entry serves the node when it has been upgraded.
"""

from __future__ import annotations

import hashlib
from typing import Any

import paramiko
from cryptography.hazmat.primitives import hashes
from paramiko.kex_group14 import KexGroup14SHA256
from paramiko.pkey import PKey

KEX = "diffie-hellman-group14-sha1"
RSA_SHA1 = "ssh-rsa"


class RsaSha1Key(paramiko.RSAKey):
    """An RSA key that also signs, and is also believed, with SHA-1."""

    HASHES = {**paramiko.RSAKey.HASHES, RSA_SHA1: hashes.SHA1}  # type: ignore[misc]  # noqa: RUF012


class KexGroup14Sha1(KexGroup14SHA256):
    name = KEX
    hash_algo = hashlib.sha1


def allow_sha1(transport: paramiko.Transport) -> None:
    """For this session alone, before it is begun."""
    kind: Any = type(transport)  # its tables have no public names
    vars(transport).update(
        _preferred_kex=(*kind._preferred_kex, KEX),
        _preferred_keys=(*kind._preferred_keys, RSA_SHA1),
        _preferred_pubkeys=(*kind._preferred_pubkeys, RSA_SHA1),
        _kex_info={**kind._kex_info, KEX: KexGroup14Sha1},
        _key_info={**kind._key_info, RSA_SHA1: RsaSha1Key},
    )


def signing_key(key: PKey | None) -> PKey | None:
    """The account's key, able to sign with SHA-1 where it is an RSA key."""
    return RsaSha1Key(key=key.key) if isinstance(key, paramiko.RSAKey) else key


def sign_as_the_node_expects(transport: paramiko.Transport, key: PKey) -> None:
    """A server that does not say which signatures it takes is older than all of RSA with SHA-2."""
    told: Any = transport
    if isinstance(key, RsaSha1Key) and "server-sig-algs" not in told.server_extensions:
        vars(transport).update(_preferred_pubkeys=(RSA_SHA1, *type(told)._preferred_pubkeys))
