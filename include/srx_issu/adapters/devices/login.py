"""Getting as far as a node's SSH server: a TCP connection in time, the account's key, a checked session.

NETCONF builds its own session on the socket (``netconf``); shell and SFTP use ``ssh_client``.
"""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import paramiko
from paramiko.auth_handler import AuthOnlyHandler

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.errors import translate_errors
from srx_issu.adapters.devices.hostkeys import TrustedKeys
from srx_issu.adapters.devices.legacy_ssh import allow_sha1, sign_as_the_node_expects, signing_key
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import AuthenticationFailed, DeviceUnreachable

_KEEPALIVE_S = 15
_ASKING = "keyboard-interactive"
_unlocking = threading.Lock()


def open_socket(node: str, address: Address, timeout_s: float) -> socket.socket:
    """A TCP connection. Raises DeviceUnreachable, saying where to and why not."""
    try:
        connection = socket.create_connection((address.host, address.port), timeout=timeout_s)
    except OSError as error:
        reason = error.strerror or str(error) or type(error).__name__
        why = f" within {timeout_s:g} s" if isinstance(error, TimeoutError) else f": {reason}"
        raise DeviceUnreachable(
            node, f"no TCP connection to {address.host} port {address.port}{why}"
        ) from error
    connection.settimeout(None)
    return connection


@contextmanager
def time_limit(
    node: str, connection: socket.socket | paramiko.Channel, timeout_s: float, doing: str
) -> Iterator[None]:
    """Ends the connection when the block takes longer: paramiko has no limit on a whole login, and none on a
    request within a channel."""
    expired = threading.Event()

    def end() -> None:
        expired.set()
        shut(connection)

    timer = threading.Timer(timeout_s, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    except Exception as error:
        if expired.is_set():
            raise DeviceUnreachable(node, f"{doing}: not done within {timeout_s:g} s") from error
        raise
    finally:
        timer.cancel()


def shut(connection: socket.socket | paramiko.Channel) -> None:
    """Ends a connection at once, whoever else holds it."""
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # ended already
        pass
    finally:
        connection.close()


def key_for(node: str, address: Address, credentials: Credentials) -> paramiko.PKey | None:
    """The account's key, as this node takes it. Raises AuthenticationFailed when it cannot be read."""
    key = private_key(node, credentials)
    return signing_key(key) if address.legacy_sha1 else key


def private_key(node: str, credentials: Credentials) -> paramiko.PKey | None:
    """The account's key; None when it has none. Raises AuthenticationFailed when it cannot be read."""
    if credentials.private_key is None and credentials.private_key_file is None:
        return None
    try:
        if credentials.private_key is None:
            passphrase = credentials.passphrase.encode() if credentials.passphrase else None
            return paramiko.PKey.from_path(credentials.private_key_file, passphrase)  # type: ignore[arg-type]
        with _unlocking:  # both nodes log in at the same time, with one key
            return _key_from_text(credentials.private_key, credentials.passphrase)
    except (paramiko.SSHException, OSError, ValueError, TypeError) as error:
        key = credentials.private_key_file or "the private key"
        raise AuthenticationFailed(node, f"{key} of {credentials.source} cannot be read: {error}") from error


@lru_cache(maxsize=4)
def _key_from_text(text: str, passphrase: str | None) -> paramiko.PKey:
    """Tries each kind: the text's header does not always tell. A passphrase costs 0.2 CPU seconds or more."""
    kinds = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)
    problem: Exception = paramiko.SSHException("not a private key")
    for kind in kinds:
        try:
            return kind.from_private_key(io.StringIO(text), passphrase)
        except (paramiko.SSHException, ValueError) as error:
            problem = error
    raise problem


def authenticate(
    node: str, transport: paramiko.Transport, credentials: Credentials, key: paramiko.PKey | None
) -> None:
    """Key first, then password; only what the connection holds: no agent, no key of this machine's user.

    Raises AuthenticationFailed, or paramiko's exceptions for a session that broke.
    """
    try:
        _authenticate(transport, credentials, key)
    except paramiko.AuthenticationException as error:
        means = [word for word, had in (("key", key), ("password", credentials.password)) if had]
        raise credentials.refused(node, " and ".join(means), error, _of_the_key(key)) from error


def _of_the_key(key: paramiko.PKey | None) -> str:
    """Most SSH servers of Junos before 18 take no RSA key that signs with SHA-2 (docs/junos-account.md)."""
    if not isinstance(key, paramiko.RSAKey):
        return ""
    return (
        ". It is an RSA key, which old releases refuse, whoever's it is: an ECDSA key is taken from 12.3 on"
    )


def _authenticate(transport: paramiko.Transport, credentials: Credentials, key: paramiko.PKey | None) -> None:
    if key is not None:
        sign_as_the_node_expects(transport, key)
        try:
            transport.auth_publickey(credentials.username, key)
        except paramiko.AuthenticationException:
            if credentials.password is None:
                raise
    if not transport.is_authenticated():
        _by_password(transport, credentials.username, credentials.password or "")


def _by_password(transport: paramiko.Transport, user: str, password: str) -> None:
    """As a password, or as the answer to a server that asks for it itself, as RADIUS and TACACS+ may want."""
    try:
        transport.auth_password(user, password, fallback=False)
    except paramiko.BadAuthenticationType as refusal:
        if _ASKING not in refusal.allowed_types:
            raise
        # paramiko's own fallback asks for the service once more, which not every server takes.
        handler = AuthOnlyHandler(transport)
        vars(transport).update(auth_handler=handler)
        handler.auth_interactive(user, lambda _title, _words, asked: _answers(asked, password))


def _answers(asked: list[tuple[str, bool]], password: str) -> list[str]:
    """The password to one question whose answer is not shown; no secret to any other question."""
    if not asked:
        return []
    if len(asked) == 1 and not asked[0][1]:
        return [password]
    questions = "; ".join(words.strip() for words, _ in asked)[:200]
    raise paramiko.AuthenticationException(f"the node asks what only a person can answer: {questions}")


def ssh_transport(
    node: str, address: Address, credentials: Credentials, timeout_s: float
) -> paramiko.Transport:
    """A logged-in SSH session with a verified host key; the caller closes it.

    Raises DeviceUnreachable, HostKeyRejected or AuthenticationFailed.
    """
    trusted, key = TrustedKeys.of(node, address, credentials), key_for(node, address, credentials)
    connection = open_socket(node, address, timeout_s)
    transport = None
    try:
        with (
            translate_errors(node, "SSH login", connecting=True),
            time_limit(node, connection, timeout_s, "SSH login"),
        ):
            transport = paramiko.Transport(connection)
            if address.legacy_sha1:
                allow_sha1(transport)
            if trusted.algorithms:
                transport.get_security_options().key_types = trusted.algorithms
            transport.start_client(timeout=timeout_s)
            trusted.check(transport.get_remote_server_key())
            authenticate(node, transport, credentials, key)
            transport.set_keepalive(_KEEPALIVE_S)
            return transport
    except BaseException:
        if transport is not None:
            transport.close()
        shut(connection)
        raise
