"""Logging in to a node from a trigger, with asyncssh, as a worker does with paramiko (``login``).

Left to itself asyncssh takes the user's SSH configuration (a ``ProxyCommand`` in it is run), keys, agent and
certificate authorities, known_hosts lines with wildcards or for any port, and SHA-1 where a node asks for
it. Here all of it is what the connection says, and one function says which host keys count: ``TrustedKeys``.
"""

from __future__ import annotations

import base64
from functools import lru_cache
from typing import Any

import asyncssh
from asyncssh.encryption import get_encryption_algs
from asyncssh.kex import get_kex_algs
from asyncssh.mac import get_mac_algs
from paramiko import Transport
from paramiko.pkey import PKey

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.hostkeys import TrustedKeys
from srx_issu.adapters.devices.legacy_ssh import KEX, RSA_SHA1
from srx_issu.domain.cluster.model import Address

KEEPALIVE_S = 30


async def connect(
    node: str, address: Address, account: Credentials, key: asyncssh.SSHKey | None = None
) -> asyncssh.SSHClientConnection:
    """A logged-in session. ``key`` is the account's private key where it was unlocked before.

    Raises HostKeyRejected when no key of the node is known, and what asyncssh raises.
    """
    trusted = TrustedKeys.of(node, address, account)
    return await asyncssh.connect(
        address.host,
        address.port,
        username=account.username,
        password=account.password,
        known_hosts=_known(trusted),
        server_host_key_algs=list(trusted.algorithms or (*_workers("keys"), *_sha1(address, RSA_SHA1))),
        keepalive_interval=KEEPALIVE_S,
        **_keys(account, key),
        **_offered(address),
        **_NOTHING_OF_THE_USER,
    )


# The user who runs the triggerer is nobody to the nodes: neither what he owns nor what he configured counts.
_NOTHING_OF_THE_USER: dict[str, Any] = {
    "config": [],
    "tunnel": None,
    "proxy_command": None,
    "agent_path": None,
    "agent_forwarding": False,
    "pkcs11_provider": None,
    "x509_trusted_certs": None,
    "x509_trusted_cert_paths": [],
    "gss_host": None,
    "gss_kex": False,
    "gss_auth": False,
    "host_based_auth": False,
    "x11_forwarding": False,
    "send_env": [],
    "preferred_auth": ["publickey", "password", "keyboard-interactive"],
}


def _keys(account: Credentials, key: asyncssh.SSHKey | None) -> dict[str, Any]:
    """The account's own key or none: an empty list would stand for every key in the user's folder."""
    if key is not None:
        return {"client_keys": [key]}
    if account.private_key is not None:
        return {"client_keys": [asyncssh.import_private_key(account.private_key, account.passphrase)]}
    if account.private_key_file is not None:
        return {"client_keys": [account.private_key_file], "passphrase": account.passphrase}
    return {"client_keys": None}


def _known(trusted: TrustedKeys) -> tuple[list[asyncssh.SSHKey], list[Any], list[Any]] | None:
    """asyncssh's form of keys that are to be matched against no name: the names were matched already."""
    return None if trusted.keys is None else ([_public(key) for key in trusted.keys], [], [])


def _public(key: PKey) -> asyncssh.SSHKey:
    return asyncssh.import_public_key(f"{key.get_name()} {base64.b64encode(key.asbytes()).decode()}")


def _offered(address: Address) -> dict[str, list[str]]:
    offered = _as_workers_offer()
    return {
        **offered,
        "kex_algs": [*offered["kex_algs"], *_sha1(address, KEX)],
        "signature_algs": [*offered["signature_algs"], *_sha1(address, RSA_SHA1)],
    }


def _sha1(address: Address, name: str) -> tuple[str, ...]:
    return (name,) if address.legacy_sha1 else ()


@lru_cache(maxsize=1)
def _as_workers_offer() -> dict[str, list[str]]:
    """What paramiko offers, in its order, as far as asyncssh has it: a node that lets in one lets in both."""
    return {
        "kex_algs": _both(_workers("kex"), get_kex_algs()),
        "encryption_algs": _both(_workers("ciphers"), get_encryption_algs()),
        "mac_algs": _both(_workers("macs"), get_mac_algs()),
        "compression_algs": ["none"],
        "signature_algs": list(_workers("pubkeys")),
    }


def _workers(kind: str) -> tuple[str, ...]:
    """What every ``paramiko.Transport`` offers; only an instance with a socket tells it publicly."""
    return tuple(getattr(Transport, f"_preferred_{kind}"))


def _both(workers: tuple[str, ...], ours: list[bytes]) -> list[str]:
    names = {name.decode() for name in ours}
    return [name for name in workers if name in names]
