"""What was asked and what came back, to the letter: all that reading needs, now or from a bundle."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from lxml import etree

from srx_issu.adapters.devices import compound
from srx_issu.adapters.devices.node_desk import xml_reply
from srx_issu.adapters.devices.parse.reply import Element, parse_reply
from srx_issu.adapters.devices.question import Question, RequestForm
from srx_issu.adapters.devices.sessions import Printed
from srx_issu.domain import errors
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import DeviceError, ReplyNotUnderstood


class Wire(StrEnum):
    """How a question came to the node: as workers ask, or as triggers do."""

    NETCONF = "netconf"
    CLI = "cli"

    @property
    def shown(self) -> str:
        """As people call it."""
        return "NETCONF" if self is Wire.NETCONF else "SSH"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """One request to one node's own address. ``error``: the name of our exception, ``words`` its message."""

    wire: Wire
    node: NodeName
    request: str  # the RPC as XML, or the line that was typed
    reply: str | None = None
    error: str | None = None
    words: str = ""
    status: int | None = None  # of the line that was typed
    took_s: float = 0.0
    at: float = 0.0  # when the answer was there: seconds since 1970, by this machine's clock

    @property
    def key(self) -> tuple[Wire, NodeName, str]:
        return self.wire, self.node, self.request

    @property
    def failure(self) -> DeviceError | None:
        """What was raised instead of an answer."""
        if self.error is None:
            return None
        kind = _FAILURES.get(self.error, DeviceError)
        return kind(self.node, self.words)


_FAILURES: dict[str, type[DeviceError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, DeviceError)
}


def request_text(form: RequestForm) -> str:
    """The request as it is kept: what goes below ``<rpc>``."""
    return etree.tostring(form.element, encoding="unicode")


@dataclass(frozen=True, kw_only=True)
class RecordedNode:
    """A node that answers out of ``answers``."""

    node: NodeName
    answers: KeptAnswers

    def send(self, form: RequestForm, *, large: bool = False, timeout_s: float | None = None) -> Element:  # noqa: ARG002
        return self.answers.netconf(self.node, form)


@dataclass
class KeptAnswers:
    """Every exchange by its request; of two with the same request the last one counts."""

    exchanges: tuple[Exchange, ...]
    taken: list[Exchange] = field(default_factory=list)  # those that were looked up, for whoever reads

    @classmethod
    def of(cls, exchanges: Iterable[Exchange]) -> KeptAnswers:
        return cls(tuple(exchanges))

    def __post_init__(self) -> None:
        self._by_key = {exchange.key: exchange for exchange in self.exchanges}

    def session(self, node: NodeName) -> RecordedNode:
        return RecordedNode(node=node, answers=self)

    def netconf(self, node: NodeName, form: RequestForm) -> Element:
        """Raises what the node's session raised then, or ReplyNotUnderstood where nothing is kept."""
        exchange = self._found(Wire.NETCONF, node, request_text(form), form.name)
        return parse_reply(node, exchange.reply or "", large=True)

    def cli(self, node: NodeName, question: Question) -> Element:
        line = compound.command(question)
        exchange = self._found(Wire.CLI, node, line, line)
        printed = Printed(out=exchange.reply or "", err=exchange.words, status=exchange.status)
        return xml_reply(node, printed, question)

    def printed(self, node: NodeName, line: str) -> str:
        """What a line printed. Raises as ``netconf``."""
        return self._found(Wire.CLI, node, line, line).reply or ""

    def _found(self, wire: Wire, node: NodeName, request: str, called: str) -> Exchange:
        exchange = self._by_key.get((wire, node, request))
        if exchange is None:
            raise ReplyNotUnderstood(node, f"no answer to {called!r} by {wire.shown}")
        self.taken.append(exchange)
        if (failure := exchange.failure) is not None:
            raise failure
        return exchange
