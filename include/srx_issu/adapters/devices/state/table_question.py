"""A question whose answer fills a table: who is asked, how, and what parses the reply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.question import Question
from srx_issu.domain.cluster.model import NodeName

# A parser gets the node's part of a reply, the node it belongs to and the node that was asked.
Parse = Callable[[Element, NodeName, NodeName], Iterable[Any]]

# "OSPF instance is not running", "IDP: not configured", but not "the routing subsystem is not running":
# that one means that the wrong node was asked.
NOT_IN_USE = re.compile(
    r"(?<!subsystem is )(?<!subsystem )\bnot (running|configured|enabled|installed|supported)\b"
    r"|\bno .*(found|configured|installed)\b|is disabled",
    re.IGNORECASE,
)
NO_SUCH_FILE = re.compile(r"no such file", re.IGNORECASE)
ANY_REFUSAL = re.compile("")  # the question itself does not exist where the feature does not
_ROUTING_DEAD = re.compile(r"routing subsystem", re.IGNORECASE)


class Scope(StrEnum):
    """Who is asked, and whose answer it is."""

    BOTH = "both"  # forwarded: one question to the RG0 primary is answered by both nodes, wrapped per node
    LOCAL = "local"  # each node speaks for itself, not wrapped
    PRIMARY = "primary"  # one answer for the cluster, of the RG0 primary (rpd runs nowhere else)


@dataclass(frozen=True, kw_only=True)
class TableQuestion:
    """Fills one table, or adds to it.

    ``none_when``: words of a refusal that mean "there are none", such as "OSPF instance is not running".
    """

    table: str
    scope: Scope
    question: Question
    parse: Parse
    none_when: re.Pattern[str] | None = None
    speaks_of_both: bool = False  # a reply that is not wrapped speaks of both nodes

    def means_none(self, words: str) -> bool:
        """Whether the node's words say that there are none."""
        pattern = self.none_when
        return pattern is not None and not _ROUTING_DEAD.search(words) and pattern.search(words) is not None


def of_both(
    table: str, parse: Parse, question: Question, none_when: re.Pattern[str] | None = None
) -> TableQuestion:
    return TableQuestion(table=table, scope=Scope.BOTH, question=question, parse=parse, none_when=none_when)


def of_each(
    table: str, parse: Parse, question: Question, none_when: re.Pattern[str] | None = None
) -> TableQuestion:
    return TableQuestion(table=table, scope=Scope.LOCAL, question=question, parse=parse, none_when=none_when)


def of_primary(
    table: str, parse: Parse, question: Question, none_when: re.Pattern[str] | None = None
) -> TableQuestion:
    return TableQuestion(
        table=table, scope=Scope.PRIMARY, question=question, parse=parse, none_when=none_when
    )
