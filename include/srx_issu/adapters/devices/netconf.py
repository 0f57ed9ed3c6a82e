"""One NETCONF session to one node: opened when first used, kept, opened anew after a lost answer."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from srx_issu.adapters.devices.addresses import Addresses
from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.errors import translate_errors
from srx_issu.adapters.devices.identity import require_node
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.pyez_device import NodeDevice
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.domain.cluster.model import Address
from srx_issu.domain.errors import AuthenticationFailed, DeviceError, DeviceTimeout, DeviceUnreachable

log = logging.getLogger(__name__)


def _nothing() -> None:
    return None


def _unheard(_reply: str) -> None:
    return None


class NetconfSession:
    """Opened at the first call, kept until ``close`` or until an answer is lost; then opened anew."""

    def __init__(
        self,
        node: str,
        address: Address,
        credentials: Credentials,
        *,
        connect_s: float,
        rpc_s: float,
        hear: Callable[[str], None] = _unheard,
        others: tuple[Address, ...] = (),
    ) -> None:
        """``hear`` is given each reply as it came, before anybody reads it. ``others``: where the same node
        answers besides; there it must tell which node it is."""
        self.node = node
        self._addresses = Addresses(node=node, all=(address, *others))
        self._was_open = False
        self._credentials = credentials
        self._connect_s = connect_s
        self._rpc_s = rpc_s
        self._hear = hear
        self._device: NodeDevice | None = None
        self._left_open: list[NodeDevice] = []
        self._lock = threading.RLock()
        self._tells_its_name = True  # until the question has cost a session

    @property
    def is_open(self) -> bool:
        return self._device is not None and bool(self._device.connected)

    def send(
        self,
        form: RequestForm,
        *,
        large: bool = False,
        timeout_s: float | None = None,
        leave_open: bool = False,
        just_before: Callable[[], None] = _nothing,
    ) -> Element:
        """The whole ``rpc-reply``, error elements included. ``large``: a text of it may have more than 10 MB;
        one of the CLI always may.

        ``leave_open`` keeps the session of a question that timed out open until ``close``, for work that
        the node may end when we hang up; the next call gets a session of its own. ``just_before`` is called
        as the last thing before the request leaves; what it raises keeps the request from leaving.

        Raises DeviceUnreachable, HostKeyRejected or AuthenticationFailed when there is no session,
        DeviceTimeout or SessionLost when the answer is missing, ReplyNotUnderstood when it is no XML.
        """
        request, large = form.element, large or form.cli is not None
        timeout_s = timeout_s or self._rpc_s
        with self._lock:
            device = self._device or self._open()
            just_before()
            try:
                with translate_errors(self.node, form.name):
                    return device.exchange(request, large=large, timeout_s=timeout_s)
            except DeviceTimeout as error:
                if leave_open:
                    self._left_open.append(device)
                    self._device = None
                self.drop()
                raise DeviceTimeout(self.node, f"{form.name}: no answer within {timeout_s:g} s") from error
            except DeviceError:
                if not device.connected:
                    self.drop()
                raise

    def log_in(self) -> None:
        """Opens the session where there is none. Raises DeviceUnreachable when another node answers."""
        with self._lock:
            if self._device is None:
                self._open()

    @property
    def awaits_an_end(self) -> bool:
        """Whether a session that was left open is still there."""
        return any(device.is_alive for device in self._left_open)

    def renew(self) -> None:
        """Opens a new session now, so that a failure to connect is not taken for a lost answer. A node that
        has more addresses is asked at the next of them: whoever asks for another session got nowhere."""
        with self._lock:
            self.drop()
            if self._was_open:
                self._addresses.leave()
            self._open()

    def _open(self) -> NodeDevice:
        """At the first address at which this node answers. Raises what the first one came to."""
        faults: list[DeviceError] = []
        for address in self._addresses.to_try(self._connect_s):
            try:
                device = self._opened_at(address)
            except AuthenticationFailed:
                raise
            except DeviceError as fault:
                faults.append(fault)
                continue
            self._addresses.used(address)
            self._device, self._was_open = device, True
            return device
        raise faults[0]

    def _opened_at(self, address: Address) -> NodeDevice:
        device = self._logged_in(address)
        is_other = address != self._addresses.management
        if (self._tells_its_name or is_other) and not self._is_right_node(device, must_tell=is_other):
            device = self._logged_in(address)
        return device

    def _logged_in(self, address: Address) -> NodeDevice:
        device = NodeDevice(self.node, address, self._credentials, self._connect_s, self._hear)
        device.open()
        return device

    def _is_right_node(self, device: NodeDevice, *, must_tell: bool) -> bool:
        """False when the question cost the session: which node answers stays unknown, and is not asked again.

        Raises DeviceUnreachable when another node answers, and where the node must tell and does not.
        """
        try:
            with translate_errors(self.node, "asked which node it is"):
                require_node(
                    self.node,
                    lambda form: device.exchange(form.element, large=False, timeout_s=self._rpc_s),
                    must_tell=must_tell,
                )
        except DeviceUnreachable:
            device.leave()
            raise
        except DeviceError as error:
            device.cut()
            if must_tell:
                raise
            self._tells_its_name = False
            log.warning("%s: which node answers at its address is unknown: %s", self.node, error.message)
            return False
        except BaseException:
            device.cut()
            raise
        return True

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
