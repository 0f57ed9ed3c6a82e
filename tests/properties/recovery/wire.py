"""The simulator's NETCONF operations without a network: what a node would answer, as text, to our parsers.

Only the transport is left out. Requests are real RPC elements, replies go through the simulator's renderer
and our reader of replies, so neither side can be right by agreement.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lxml import etree

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.adapters.devices.pyez import NodeSessions
from srx_issu.adapters.devices.question import RequestForm
from srx_issu.domain.cluster.model import Cluster, NodeName
from srx_issu.domain.errors import DeviceTimeout, DeviceUnreachable
from srx_issu.domain.upgrade.intent import Timers
from srx_lab.device import Device
from srx_lab.session import SessionKind
from srx_lab.wire.netconf import END, envelope
from srx_lab.wire.rpc import read_call, run_call

T = TypeVar("T")
Before = Callable[[NodeName, str, dict[str, str]], None]
NOBODY = Credentials(username="lab")


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waits for something; there is no loop here")


@dataclass(kw_only=True)
class Line:
    """How well the nodes can be reached. ``loses``: the share of requests, and of answers, that are lost."""

    chance: random.Random
    loses: float = 0.0
    silent: set[NodeName] = field(default_factory=set)  # its management is unreachable, though it is well

    def fate(self) -> str:
        drawn = self.chance.random()
        return "request" if drawn < self.loses else "answer" if drawn < 2 * self.loses else "arrives"


class InProcess(NetconfSession):
    """A session to one simulated node. ``before`` is told what is about to arrive."""

    def __init__(self, node: NodeName, cluster: Cluster, device: Device, line: Line, before: Before) -> None:
        super().__init__(node, cluster.address(node), NOBODY, connect_s=1, rpc_s=1)
        self._name = node
        self._simulated = device
        self._line = line
        self._before = before
        self._session = device.open_session(SessionKind.NETCONF, "10.0.0.9")

    @property
    def is_open(self) -> bool:
        return self._is_there()

    def renew(self) -> None:
        self._need()

    def drop(self) -> None:
        """Nothing is held open."""

    def close(self) -> None:
        """Nothing is held open."""

    def send(
        self,
        form: RequestForm,
        *,
        large: bool = False,
        timeout_s: float | None = None,
        leave_open: bool = False,
        just_before: Callable[[], None] = lambda: None,
    ) -> Element:
        lost = f"{form.name}: no answer within {timeout_s or self._rpc_s:g} s"
        self._need()
        just_before()
        fate = self._line.fate()
        if fate == "request":
            raise DeviceTimeout(self.node, lost)
        request, rpc = form.element, etree.Element("rpc")
        rpc.append(request)
        call = read_call(rpc)
        self._before(self._name, call.name, {str(leaf.tag): leaf.text or "" for leaf in request})
        reply = at_once(run_call(self._simulated, self._session, call))
        if fate == "answer":
            raise DeviceTimeout(self.node, lost)
        release = self._simulated.here.release
        words = "".join(envelope(call.attributes, reply, release.envelope_namespace)).replace(END, "")
        return parse_reply(self.node, words, large=large or form.cli is not None)

    def _is_there(self) -> bool:
        self._simulated.cluster.touch()
        return self._simulated.here.is_up and self._name not in self._line.silent

    def _need(self) -> None:
        if not self._is_there():
            raise DeviceUnreachable(self.node, "connection refused")


class InProcessSessions(NodeSessions):
    """Both nodes' sessions."""

    def __init__(
        self, cluster: Cluster, devices: dict[NodeName, Device], timers: Timers, line: Line, before: Before
    ) -> None:
        super().__init__(cluster, NOBODY, timers)
        self._here = {node: InProcess(node, cluster, devices[node], line, before) for node in NodeName}

    def of(self, node: NodeName) -> NetconfSession:
        return self._here[node]
