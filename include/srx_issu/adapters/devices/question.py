"""A question to a node: the RPC, its form in the CLI, and in which order they are tried.

What a reply must hold is its parser's to say: ``interview`` for a look, ``state`` for the tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from lxml import etree

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.domain.upgrade.rpc import Rpc


@dataclass(frozen=True, kw_only=True)
class RequestForm:
    """One request of a NETCONF session: an RPC, or a command of the CLI in ``<command>``."""

    rpc: Rpc
    attributes: tuple[tuple[str, str], ...] = ()
    cli: str | None = None  # the command's words

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return self.cli or self.rpc.name

    @property
    def element(self) -> Element:
        """What is sent."""
        element = etree.Element(self.rpc.name, dict(self.attributes))
        element.text = self.cli
        for leaf, text in self.rpc.leaves:
            etree.SubElement(element, leaf).text = text
        return element


class RequestSender(Protocol):
    """Who sends one request to one node and returns the whole ``rpc-reply``: a session, or a recording."""

    @property
    def node(self) -> str: ...

    def send(self, form: RequestForm, *, large: bool = False, timeout_s: float | None = None) -> Element: ...


def cli_form(cli: str, output: str = "xml") -> RequestForm:
    """A command of the CLI; ``output`` is ``xml`` or ``text``."""
    return RequestForm(rpc=Rpc("command"), attributes=(("format", output),), cli=cli)


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question. The CLI is asked where a release does not know the RPC, unless ``cli_first``."""

    rpc: Rpc | None = None  # None: the CLI alone is asked
    cli: str = ""  # empty: the RPC alone is asked
    attributes: tuple[tuple[str, str], ...] = ()  # of the RPC
    cli_output: str = "xml"
    cli_first: bool = False
    large: bool = False  # may be one text of more than 10 MB

    @property
    def forms(self) -> tuple[RequestForm, ...]:
        """In the order in which they are tried."""
        by_rpc = (RequestForm(rpc=self.rpc, attributes=self.attributes),) if self.rpc else ()
        by_cli = (cli_form(self.cli, self.cli_output),) if self.cli else ()
        return by_cli + by_rpc if self.cli_first else by_rpc + by_cli


def by_rpc_or_cli(rpc: str, cli: str, **leaves: str | None) -> Question:
    """``_`` in the name of a leaf is ``-``; None is an empty element."""
    named = tuple((leaf.replace("_", "-"), text) for leaf, text in leaves.items())
    return Question(rpc=Rpc(rpc, named), cli=cli)
