"""One NETCONF session to one node: PyEZ's ``Device`` with the login, framing and parsing made safe.

PyEZ opens with ``hostkey_verify=False``, asks agents and the user's own keys, and hands every reply to a
parser that expands entities; ncclient keeps a reply that is not XML waiting until the timeout. Here the host
key is checked before any secret is sent, the whole login has a deadline, a reply is bounded, parsed once
by ``parse.reply``, and handed over whole with its errors in it. See decision 030.
"""

from __future__ import annotations

import logging
import threading
from typing import Any

from jnpr.junos import Device
from lxml import etree
from ncclient.devices.junos import JunosDeviceHandler
from ncclient.manager import Manager
from ncclient.operations.rpc import RaiseMode
from ncclient.transport.errors import NetconfFramingError
from ncclient.transport.parser import MSG_DELIM, DefaultXMLParser
from ncclient.transport.session import NetconfBase
from ncclient.transport.ssh import SSHSession

from srx_issu.devices.credentials import Credentials
from srx_issu.devices.errors import Border
from srx_issu.devices.hostkeys import TrustedKeys
from srx_issu.devices.login import authenticate, open_socket, private_key, shut, time_limit
from srx_issu.devices.parse.reply import MAX_REPLY_BYTES, Element, parse_reply, without_control_characters
from srx_issu.domain.commands import Rpc
from srx_issu.domain.errors import DeviceError, DeviceTimeout, ReplyNotUnderstood, SessionLost
from srx_issu.domain.model import Address

# Both log every message at info; a task's log is one event a line (house style 27).
for _name in ("ncclient", "paramiko"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_GOODBYE_S = 3


class NetconfSession:
    """Opened at the first call, kept until ``close`` or until an answer is lost; then opened anew."""

    def __init__(
        self, node: str, address: Address, credentials: Credentials, *, connect_s: float, rpc_s: float
    ) -> None:
        self.node = node
        self._address = address
        self._credentials = credentials
        self._connect_s = connect_s
        self._rpc_s = rpc_s
        self._device: _NodeDevice | None = None
        self._left_open: list[_NodeDevice] = []
        self._lock = threading.RLock()

    @property
    def is_open(self) -> bool:
        return self._device is not None and bool(self._device.connected)

    def call(
        self,
        rpc: Rpc,
        *,
        attributes: tuple[tuple[str, str], ...] = (),
        large: bool = False,
        timeout_s: float | None = None,
        leave_open: bool = False,
    ) -> Element:
        """The whole ``rpc-reply``, error elements included.

        ``leave_open`` keeps the session of a question that timed out open until ``close``, for work that
        the node may end when we hang up; the next call gets a session of its own.

        Raises DeviceUnreachable, HostKeyRejected or AuthenticationFailed when there is no session,
        DeviceTimeout or SessionLost when the answer is missing, ReplyNotUnderstood when it is no XML.
        """
        request = etree.Element(rpc.name, dict(attributes))
        for name, text in rpc.leaves:
            etree.SubElement(request, name).text = text
        return self._exchange(rpc.name, request, large, timeout_s or self._rpc_s, leave_open)

    def command(
        self, cli: str, *, form: str = "xml", timeout_s: float | None = None, leave_open: bool = False
    ) -> Element:
        """A CLI command through ``<command>``; ``form`` is ``xml`` or ``text``. Otherwise as ``call``."""
        request = etree.Element("command", {"format": form})
        request.text = cli
        return self._exchange(cli, request, True, timeout_s or self._rpc_s, leave_open)

    def _exchange(
        self, doing: str, request: Element, large: bool, timeout_s: float, leave_open: bool
    ) -> Element:
        with self._lock:
            device = self._device or self._open()
            try:
                with Border(self.node, doing):
                    return device.exchange(request, large=large, timeout_s=timeout_s)
            except DeviceTimeout as error:
                if leave_open:
                    self._left_open.append(device)
                    self._device = None
                self.drop()
                raise DeviceTimeout(self.node, f"{doing}: no answer within {timeout_s:g} s") from error
            except DeviceError:
                if not device.connected:
                    self.drop()
                raise

    def renew(self) -> None:
        """Opens a new session now, so that a failure to connect is not taken for a lost answer."""
        with self._lock:
            self.drop()
            self._open()

    def _open(self) -> _NodeDevice:
        device = _NodeDevice(self.node, self._address, self._credentials, self._connect_s)
        device.open()
        self._device = device
        return device

    def close(self) -> None:
        """Says goodbye and closes. Never raises: what was wanted of the session has been had."""
        with self._lock:
            device, self._device = self._device, None
            if device is not None:
                device.leave()
            while self._left_open:
                self._left_open.pop().cut()

    def drop(self) -> None:
        """Closes without a word, for a session that no longer answers."""
        with self._lock:
            device, self._device = self._device, None
            if device is not None:
                device.cut()


class _NodeDevice(Device):  # type: ignore[misc]  # PyEZ is not typed
    """PyEZ's Device; only ``open`` differs, and what a session does with a message."""

    def __init__(self, node: str, address: Address, credentials: Credentials, connect_s: float) -> None:
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
        self._session: _Session | None = None
        self._connection: Any = None

    def open(self, *_args: object, **_kwargs: object) -> _NodeDevice:
        trusted = TrustedKeys.of(self._node, self._address, self._credentials)
        key = private_key(self._node, self._credentials)
        self._connection = open_socket(self._node, self._address, self._connect_s)
        handler = _Handler({"name": "junos"})
        self._session = _Session(handler, self._node, self._credentials, key, trusted)
        doing = "NETCONF login"
        try:
            with (
                Border(self._node, doing, connecting=True),
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

    def leave(self) -> None:
        try:
            if self.connected:
                self._conn.timeout = _GOODBYE_S
                with Border(self._node, "close-session"):
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
        self, handler: _Handler, node: str, credentials: Credentials, key: Any, trusted: TrustedKeys
    ) -> None:
        super().__init__(handler)
        self._node = node
        self._credentials = credentials
        self._key = key
        self._trusted = trusted
        self._host_keys = _Algorithms(trusted.algorithms)
        self._large = False
        self.reply: Element | None = None
        self.fault: ReplyNotUnderstood | None = None
        self.failed = False  # set by the reader thread before the session is closed

    def _auth(self, *_args: object) -> None:
        self._trusted.check(self._transport.get_remote_server_key())
        authenticate(self._transport, self._credentials, self._key)

    def expect(self, *, large: bool) -> None:
        self._large, self.reply, self.fault = large, None, None

    def refuse(self, fault: ReplyNotUnderstood) -> None:
        """Ends the waiting for a reply that cannot be read."""
        self.fault = fault
        self._dispatch_error(NetconfFramingError(str(fault)))

    def _dispatch_message(self, raw: str) -> None:
        text = without_control_characters(raw)
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
    """What ncclient takes for its known hosts: only the preferred algorithms are read out of it."""

    def __init__(self, algorithms: tuple[str, ...]) -> None:
        self._algorithms = algorithms

    def __bool__(self) -> bool:
        return bool(self._algorithms)

    def lookup(self, _host: str) -> dict[str, None]:
        return dict.fromkeys(self._algorithms)


class _Handler(JunosDeviceHandler):  # type: ignore[misc]
    def get_xml_parser(self, session: _Session) -> DefaultXMLParser:
        return _BoundedParser(session)


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
