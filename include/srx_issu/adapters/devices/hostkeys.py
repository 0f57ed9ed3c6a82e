"""Which host keys a node may show, from known_hosts text.

The one place that says so, for NETCONF, shell and SFTP (paramiko) and for the waits (asyncssh).

ncclient's own check is not used: it negotiates ``ssh-rsa`` when known_hosts holds an RSA key, which
paramiko 5 no longer offers, and it accepts an entry of port 22 for any port. See decision 030.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from paramiko.hostkeys import HostKeyEntry, HostKeys, InvalidHostKey
from paramiko.pkey import PKey
from paramiko.ssh_exception import SSHException

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import HostKeyRejected

_HASHED = "|1|"  # how OpenSSH begins a hashed name
_RSA = "ssh-rsa"
_RSA_ALGORITHMS = ("rsa-sha2-512", "rsa-sha2-256")  # an RSA key signs with these; ssh-rsa itself is SHA-1


class TrustedKeys:
    """The keys known for one address. ``None`` inside means that everything is trusted, as asked for."""

    def __init__(self, node: str, address: Address, keys: tuple[PKey, ...] | None) -> None:
        self._node = node
        self._name = known_hosts_name(address)
        self._rsa = (*_RSA_ALGORITHMS, _RSA) if address.legacy_sha1 else _RSA_ALGORITHMS
        self._keys = keys

    @classmethod
    def of(cls, node: str, address: Address, credentials: Credentials) -> TrustedKeys:
        """Raises HostKeyRejected when keys are to be verified and none is known for the address."""
        if not credentials.verify_host_keys:
            return cls(node, address, None)
        keys = _keys_for(known_hosts_name(address), credentials.known_hosts or "")
        if not keys:
            raise HostKeyRejected(
                node,
                f"no host key of {known_hosts_name(address)} in "
                f"{credentials.known_hosts_source}; add the line "
                f"that 'ssh-keyscan -p {address.port} {address.host}' shows, if the console shows it too",
            )
        return cls(node, address, keys)

    @property
    def keys(self) -> tuple[PKey, ...] | None:
        """The keys that count; None: every key does."""
        return self._keys

    @property
    def algorithms(self) -> tuple[str, ...]:
        """The host key algorithms to ask for, so that the node shows a key of a kind that we know."""
        kinds = dict.fromkeys(key.get_name() for key in self._keys or ())
        return tuple(name for kind in kinds for name in (self._rsa if kind == _RSA else (kind,)))

    def check(self, shown: PKey) -> None:
        """Raises HostKeyRejected when the node shows a key that is not one of ours."""
        if self._keys is not None and not any(key.asbytes() == shown.asbytes() for key in self._keys):
            raise self.rejection(f"{shown.get_name()} {shown.fingerprint}")

    def rejection(self, shown: str) -> HostKeyRejected:
        known = ", ".join(f"{key.get_name()} {key.fingerprint}" for key in self._keys or ())
        return HostKeyRejected(
            self._node,
            f"{self._name} showed host key {shown}, known_hosts has {known}; no password was sent. "
            f"If the node was replaced or reset, check the key on its console and correct known_hosts",
        )


def known_hosts_name(address: Address) -> str:
    """``host`` on port 22, else ``[host]:port``, as OpenSSH writes it."""
    return address.host if address.port == 22 else f"[{address.host}]:{address.port}"


@lru_cache(maxsize=8192)  # a wait logs in again and again, a triggerer to thousands of nodes
def _keys_for(name: str, known_hosts: str) -> tuple[PKey, ...]:
    known = _read(known_hosts)
    return tuple(key for entry in known.about(name) if (key := _key(entry)).asbytes() not in known.revoked)


@dataclass(frozen=True, kw_only=True)
class _KnownHosts:
    """A known_hosts text, read once: it may have a line for each of thousands of nodes, and each asks for its
    own. Hashed names must be tried one by one."""

    named: Mapping[str, tuple[HostKeyEntry, ...]]
    hashed: tuple[HostKeyEntry, ...]
    revoked: frozenset[bytes]

    def about(self, name: str) -> Iterator[HostKeyEntry]:
        """The lines about exactly ``name``, which may be hashed; a pattern is about nobody."""
        for entry in (*self.named.get(name, ()), *(each for each in self.hashed if _is_hash_of(each, name))):
            if f"!{name}" not in (entry.hostnames or ()):
                yield entry


@lru_cache(maxsize=32)  # one for each connection
def _read(known_hosts: str) -> _KnownHosts:
    named, hashed, revoked = dict[str, list[HostKeyEntry]](), list[HostKeyEntry](), set[bytes]()
    for line in known_hosts.splitlines():
        marker, _, rest = line.strip().partition(" ")
        entry = _entry(rest.strip() if marker == "@revoked" else line.strip())
        if entry is None or entry.key is None or marker[0] == "#" or marker == "@cert-authority":
            continue
        if marker == "@revoked":
            revoked.add(entry.key.asbytes())
        elif any(host.startswith(_HASHED) for host in entry.hostnames or ()):
            hashed.append(entry)
        else:
            for host in dict.fromkeys(entry.hostnames or ()):
                named.setdefault(host, []).append(entry)
    return _KnownHosts(
        named={name: tuple(entries) for name, entries in named.items()},
        hashed=tuple(hashed),
        revoked=frozenset(revoked),
    )


def _is_hash_of(entry: HostKeyEntry, name: str) -> bool:
    hosts = HostKeys()
    for host in entry.hostnames or ():
        hosts.add(host, _key(entry).get_name(), _key(entry))
    return hosts.check(name, _key(entry))


def _key(entry: HostKeyEntry) -> PKey:
    assert entry.key is not None  # lines without one are left out
    return entry.key


def _entry(line: str) -> HostKeyEntry | None:
    """None for a line that paramiko cannot use, as OpenSSH skips it too."""
    try:
        return HostKeyEntry.from_line(line)
    except (InvalidHostKey, SSHException, ValueError):
        return None
