"""How to log in to the nodes of a cluster. Comes from an Airflow connection, or from a command's options.
Never logged, never stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from srx_issu.domain.errors import AuthenticationFailed


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
    source: str = field(default="the Airflow connection", compare=False)  # of login, key and password
    known_hosts_source: str = field(default="the known_hosts of the Airflow connection", compare=False)

    @property
    def means(self) -> str:
        """``key and password``: what there is to log in with."""
        has_key = self.private_key is not None or self.private_key_file is not None
        return " and ".join(word for word, has in (("key", has_key), ("password", self.password)) if has)

    def refused(self, node: str, means: str, reason: object, hint: str = "") -> AuthenticationFailed:
        """The node lets nobody in by ``means``: what it said, and where to correct what."""
        return AuthenticationFailed(
            node,
            f"refuses the login of {self.username!r} by {means or 'no key or password'} ({reason}); correct "
            f"{self.source}, or the account on the node{hint}",
        )
