"""How one table is read: who is asked, in which forms, and what parses the reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.state.ask import Args
from srx_issu.domain.cluster.model import NodeName

# A parser gets the node's part of a reply, the node it belongs to and the node that was asked.
Parse = Callable[[Element, NodeName, NodeName], Iterable[Any]]


class Scope(StrEnum):
    """Who is asked, and whose answer it is."""

    BOTH = "both"  # forwarded: one question to the RG0 primary is answered by both nodes, wrapped per node
    LOCAL = "local"  # each node speaks for itself, not wrapped
    PRIMARY = "primary"  # one answer for the cluster, of the RG0 primary (rpd runs nowhere else)


@dataclass(frozen=True, kw_only=True)
class RequestForm:
    """One form of a question."""

    rpc: str
    args: tuple[tuple[str, str | None], ...] = ()

    @property
    def arguments(self) -> Args:
        return dict(self.args)


def rpc(name: str, **leaves: str | None) -> RequestForm:
    return RequestForm(
        rpc=name, args=tuple((leaf.replace("_", "-"), value) for leaf, value in leaves.items())
    )


def cli(command: str, form: str = "xml") -> RequestForm:
    """The same as a CLI command, for releases whose NETCONF does not have the RPC."""
    return RequestForm(rpc="command", args=(("", command), ("@format", form)))


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Fills one table, or adds to it. ``ways`` are tried in order while the node does not know them.

    ``none_when``: words of a refusal that mean "there are none", such as "OSPF instance is not running".
    """

    table: str
    scope: Scope
    ways: tuple[RequestForm, ...]
    parse: Parse
    none_when: re.Pattern[str] | None = None
    speaks_of_both: bool = False  # a reply that is not wrapped speaks of both nodes
