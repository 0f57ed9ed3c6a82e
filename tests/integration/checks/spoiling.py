"""Ways in which an answer can be bad: one node's part is missing, empty, or says what nobody understands."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.domain.cluster.model import NodeName
from tests.integration.checks.lab_nodes import Name, Spoil

GARBLED = "~%#?"
Change = Callable[[Element, Element], None]  # the reply, and the part of it that is the node's own answer


def part_of(node: NodeName, question: Name, change: Change) -> Spoil:
    """``change`` applied to what ``node`` says in answer to ``question``, whoever of the two is asked."""

    def spoil(asked: NodeName, name: Name, reply: str) -> str:
        if name != question:
            return reply
        root = etree.fromstring(reply.encode())
        for part in _parts(root, node, asked):
            change(root, part)
        return etree.tostring(root, encoding="unicode")

    return spoil


def _parts(root: Element, node: NodeName, asked: NodeName) -> Iterator[Element]:
    items = list(root.iter("{*}multi-routing-engine-item"))
    if not items and asked is node:
        yield root
    for item in items:
        if item.findtext("{*}re-name") == node.value:
            yield item


def is_missing(root: Element, part: Element) -> None:
    """The node's item is not there; a node asked alone answers without a body."""
    parent = part.getparent()
    if parent is not None:
        parent.remove(part)
        return
    for child in list(root):
        root.remove(child)


def is_empty(_root: Element, part: Element) -> None:
    """The body is there, and nothing is in it."""
    for body in part:
        if etree.QName(body).localname == "re-name":
            continue
        for child in list(body):
            body.remove(child)
        body.text = None


def is_garbled(element: str, word: str = GARBLED) -> Change:
    """Every ``element`` says ``word``, also in the attributes that hold the same value for programs."""

    def change(_root: Element, part: Element) -> None:
        found = list(part.iter(f"{{*}}{element}"))
        assert found, f"the reply has no <{element}>"
        for one in found:
            one.text = word
            for name in one.attrib:
                one.set(name, word)

    return change


def both(*spoils: Spoil) -> Spoil:
    """One after the other."""

    def spoil(asked: NodeName, name: Name, reply: str) -> str:
        for each in spoils:
            reply = each(asked, name, reply)
        return reply

    return spoil
