"""How to log in to the nodes of a cluster. Comes from an Airflow connection; never logged, never stored."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """One account, the same on both nodes. Its repr shows no secret.

    ``private_key`` is the key's text, ``private_key_file`` a path to one; with either, the key is tried
    before the password. ``known_hosts`` is text in OpenSSH's format. Host keys are checked before any
    secret leaves this machine; ``verify_host_keys=False`` gives that up.
    """

    username: str
    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    private_key_file: str | None = None
    passphrase: str | None = field(default=None, repr=False)
    known_hosts: str | None = field(default=None, repr=False)
    verify_host_keys: bool = True
