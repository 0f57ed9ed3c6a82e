"""What the SSH servers of old releases offer: SHA-1 and nothing else, or passwords only by asking."""

from __future__ import annotations

from typing import Any

import asyncssh

HOST_KEYS = {"": "ssh-ed25519", "asking": "ssh-ed25519", "legacy": "ssh-rsa"}
_SHA1_ONLY: dict[str, Any] = {
    "kex_algs": ["diffie-hellman-group14-sha1"],
    "encryption_algs": ["aes128-ctr", "aes256-ctr", "aes128-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa", "ecdsa-sha2-nistp256"],  # an ECDSA key works from 12.3 on [R]
}


def listening(ssh: str, key: asyncssh.SSHKey) -> dict[str, Any]:
    """How a server of that kind listens, with its host key."""
    if ssh != "legacy":
        return {"server_host_keys": [key]}
    (pair,) = asyncssh.load_keypairs(key)
    pair.host_key_algorithms = (b"ssh-rsa",)  # by default an RSA key signs with SHA-2, too
    return {"server_host_keys": [pair], **_SHA1_ONLY}
