"""A login by key, whose passphrase is a secret of its own."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

import asyncssh

ROUNDS = 16  # ssh-keygen's; each of asyncssh's 128 costs as much again at every login


@dataclass(frozen=True, kw_only=True)
class Key:
    """``text`` is the private key in OpenSSH's format, encrypted."""

    text: str = field(repr=False)
    public: str
    passphrase: str = field(repr=False)

    @classmethod
    def made(cls) -> Key:
        key, passphrase = asyncssh.generate_private_key("ssh-ed25519"), secrets.token_urlsafe(18)
        sealed = key.export_private_key(
            "openssh", passphrase=passphrase, rounds=ROUNDS, ignore_few_rounds=True
        )
        return cls(
            text=sealed.decode(),
            public=key.export_public_key().decode().strip(),
            passphrase=passphrase,
        )

    @property
    def lines(self) -> list[str]:
        """The key's own lines: in a database or a log they may stand apart. The first says only its kind."""
        return [line for line in self.text.splitlines()[2:-1] if len(line) > 40]
