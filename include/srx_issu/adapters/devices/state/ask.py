"""How collecting talks to a node: one callable, and how its arguments become a request element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from lxml import etree

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.domain.cluster.model import NodeName

Args = Mapping[str, str | None]


class AskNode(Protocol):
    """Sends one RPC to one node's own address and returns its reply, whole, with local names only
    (``parse.reply.parse_reply``): ``rpc-reply``, or the body below it where there is only one.

    Keys of ``args``: ``name`` is a leaf (None = empty element), ``@name`` an attribute, and ``""`` the text
    of the RPC element itself (the CLI command of ``<command>``).

    Errors inside the reply may stay there or be raised: UnknownCommand for "syntax error", CommandRefused
    with the node's words. Raises DeviceTimeout, SessionLost, DeviceUnreachable, AuthenticationFailed.
    """

    def __call__(self, node: NodeName, rpc: str, args: Args) -> Element: ...


def request(rpc: str, args: Args) -> Element:
    """The element to send, from the name and arguments that an ``AskNode`` gets."""
    element = etree.Element(rpc)
    for key, value in args.items():
        if key == "":
            element.text = value
        elif key.startswith("@"):
            element.set(key[1:], value or "")
        else:
            etree.SubElement(element, key).text = value
    return element
