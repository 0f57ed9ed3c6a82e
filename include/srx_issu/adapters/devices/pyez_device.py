"""PyEZ's ``Device`` with the login, framing and parsing made safe. Used by ``netconf`` only.

PyEZ opens with ``hostkey_verify=False``, asks agents and the user's own keys, and hands every reply to a
parser that expands entities; ncclient keeps a reply that is not XML waiting until the timeout. Here the host
key is checked before any secret is sent, the whole login has a deadline, a reply is bounded, parsed once
by ``parse.reply``, and handed over whole with its errors in it. See decision 030.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from jnpr.junos import Device
from ncclient.devices.junos import JunosDeviceHandler
from ncclient.manager import Manager
from ncclient.operations.rpc import RaiseMode
from ncclient.transport import session as ncclient_session
from ncclient.transport.errors import NetconfFramingError
from ncclient.transport.parser import MSG_DELIM, DefaultXMLParser
from ncclient.transport.session import NetconfBase
from ncclient.transport.ssh import SSHSession

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.errors import translate_errors
from srx_issu.adapters.devices.hostkeys import TrustedKeys
from srx_issu.adapters.devices.legacy_ssh import allow_sha1
from srx_issu.adapters.devices.login import authenticate, key_for, open_socket, shut, time_limit
from srx_issu.adapters.devices.parse.reply import (
    MAX_REPLY_BYTES,
    Element,
    parse_reply,
    without_control_characters,
)
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import DeviceError, ReplyNotUnderstood, SessionLost

# Both log every message at info; a task's log is one event a line.
for _name in ("ncclient", "paramiko"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# ncclient looks for something to send once a tick. At its 0.1 s a look at a cluster takes 0.5 s of waiting.
ncclient_session.TICK = 0.02

_GOODBYE_S = 3
_IF_ENDED = (
    "the node ended the session. On the node see that 'set system services netconf ssh' is there; that "
    "'connection-limit' and 'rate-limit', there and in 'system services ssh', leave room ('show system "
    "connections'); that its SSH server takes this account's kind of key "
    "(docs/junos-account.md)"
)


class NodeDevice(Device):  # type: ignore[misc]  # PyEZ is not typed
    """PyEZ's Device; only ``open`` differs, and what a session does with a message."""

    def __init__(
        self,
        node: str,
        address: Address,
        credentials: Credentials,
        connect_s: float,
        hear: Callable[[str], None],
    ) -> None:
        super().__init__(
            host=node,
            port=address.port,
            user=credentials.username,
            gather_facts=False,
            ssh_config="/dev/null",
        )
        self._node = node
        self._address = address
        self._credentials = credentials
        self._connect_s = connect_s
        self._hear = hear
        self._session: _Session | None = None
        self._connection: Any = None

    def open(self, *_args: object, **_kwargs: object) -> NodeDevice:
        trusted = TrustedKeys.of(self._node, self._address, self._credentials)
        key = key_for(self._node, self._address, self._credentials)
        self._connection = open_socket(self._node, self._address, self._connect_s)
        handler = _Handler({"name": "junos"})
        self._session = _Session(handler, self._node, self._credentials, key, trusted, self._hear)
        self._session.allows_sha1 = self._address.legacy_sha1
        doing = "NETCONF login"
        try:
            with (
                translate_errors(self._node, doing, connecting=True, if_ended=_IF_ENDED),
                time_limit(self._node, self._connection, self._connect_s, doing),
            ):
                self._session.connect(
                    host=self._node,
                    sock=self._connection,
                    username=self._credentials.username,
                    hostkey_verify=False,  # checked in _Session._auth, before a secret is sent
                    timeout=self._connect_s,
                    keepalive=15,
                )
        except BaseException:
            self.cut()
            raise
        self._conn = Manager(self._session, handler, raise_mode=RaiseMode.NONE)
        self._conn.huge_tree = True  # the reply was bounded and parsed by us before ncclient sees it
        self.connected = True
        return self

    def exchange(self, request: Element, *, large: bool, timeout_s: float) -> Element:
        """Sends and waits. Raises our exceptions and foreign ones; the caller has the border."""
        assert self._session is not None
        self._session.expect(large=large)
        self._conn.timeout = timeout_s
        try:
            self._conn.rpc(request)
        except Exception:
            if self._session.fault is not None:
                raise self._session.fault from None
            raise
        finally:
            self.connected = bool(self._session.connected) and not self._session.failed
        reply = self._session.reply
        if reply is None:
            raise SessionLost(self._node, "the session ended without an answer")
        return reply

    @property
    def is_alive(self) -> bool:
        """Whether the other end has not ended the session, as far as TCP tells."""
        session = self._session
        return session is not None and bool(session.connected) and bool(session.transport.is_active())

    def leave(self) -> None:
        try:
            if self.connected:
                self._conn.timeout = _GOODBYE_S
                with translate_errors(self._node, "close-session"):
                    self._conn.close_session()
        except DeviceError:  # gone already
            pass
        finally:
            self.cut()

    def cut(self) -> None:
        self.connected = False
        if self._connection is not None:
            shut(self._connection)
        if self._session is not None and self._session.transport is not None:
            self._session.transport.close()


class _Session(SSHSession):  # type: ignore[misc]
    """ncclient's SSH session with our host key check, our login and our parser in front of its own."""

    def __init__(
        self,
        handler: _Handler,
        node: str,
        credentials: Credentials,
        key: Any,
        trusted: TrustedKeys,
        hear: Callable[[str], None],
    ) -> None:
        super().__init__(handler)
        self._node = node
        self._credentials = credentials
        self._key = key
        self._trusted = trusted
        self._host_keys = _Algorithms(self, trusted.algorithms)
        self.allows_sha1 = False
        self._hear = hear
        self._large = False
        self.reply: Element | None = None
        self.fault: ReplyNotUnderstood | None = None
        self.failed = False  # set by the reader thread before the session is closed

    def _auth(self, *_args: object) -> None:
        self._trusted.check(self._transport.get_remote_server_key())
        authenticate(self._node, self._transport, self._credentials, self._key)

    def expect(self, *, large: bool) -> None:
        self._large, self.reply, self.fault = large, None, None

    def send(self, message: str) -> None:
        """Refuses once the session has failed.

        ncclient tells of the failure first and closes afterwards: what is sent in between would wait for
        its answer until the timeout.
        """
        if self.failed:
            raise SessionLost(self._node, "the session had ended before the request was sent")
        super().send(message)

    def refuse(self, fault: ReplyNotUnderstood) -> None:
        """Ends the waiting for a reply that cannot be read."""
        self.fault = fault
        self._dispatch_error(NetconfFramingError(str(fault)))

    def _dispatch_message(self, raw: str) -> None:
        text = without_control_characters(raw)
        self._hear(text)
        try:
            self.reply = parse_reply(self._node, text, large=self._large)
        except ReplyNotUnderstood as fault:
            self.refuse(fault)
        else:
            super()._dispatch_message(text)

    def _dispatch_error(self, err: Exception) -> None:
        self.failed = True
        super()._dispatch_error(err)


class _Algorithms:
    """What ncclient takes for its known hosts: only the preferred algorithms are read out of it, when the
    transport is made and nothing has been sent."""

    def __init__(self, session: _Session, algorithms: tuple[str, ...]) -> None:
        self._session = session
        self._algorithms = algorithms

    def __bool__(self) -> bool:
        return True

    def lookup(self, _host: str) -> dict[str, None]:
        if self._session.allows_sha1:
            allow_sha1(self._session.transport)
        return dict.fromkeys(self._algorithms)


class _Handler(JunosDeviceHandler):  # type: ignore[misc]
    def get_xml_parser(self, session: _Session) -> DefaultXMLParser:
        return _BoundedParser(session)

    def transform_reply(self) -> None:
        """The reply that is handed over is ours: ncclient need not parse it twice more and put it through a
        stylesheet, which it compiles anew for each."""


class _BoundedParser(DefaultXMLParser):  # type: ignore[misc]
    """base:1.0 framing on bytes: ncclient's own decodes at arbitrary cuts and has no bound."""

    def __init__(self, session: _Session) -> None:
        super().__init__(session)
        self._pending = bytearray()

    def parse(self, data: bytes) -> None:
        if self._session._base == NetconfBase.BASE_11:
            self._bound(self._session._buffer.getbuffer().nbytes)
            super().parse(data)
            return
        delimiter, start = MSG_DELIM.encode(), max(0, len(self._pending) - len(MSG_DELIM))
        self._pending += data
        while (end := self._pending.find(delimiter, start)) >= 0:
            message = self._pending[:end].decode("utf-8", "replace").strip()
            del self._pending[: end + len(delimiter)]
            start = 0
            self._session._dispatch_message(message)
        self._bound(len(self._pending))

    def _bound(self, size: int) -> None:
        if size > MAX_REPLY_BYTES:
            self._pending.clear()
            fault = ReplyNotUnderstood(
                self._session._node,
                f"reply larger than {MAX_REPLY_BYTES} bytes",
            )
            self._session.fault = fault
            raise NetconfFramingError(str(fault))
