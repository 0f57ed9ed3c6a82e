"""Junos XML as a light tree that may be lazy, and its two ways of being written.

Over NETCONF Junos writes one element a line without indentation [R]; `| display xml` in the CLI indents
by four spaces [R]. Children may come from a generator, so a reply of 100,000 policies is never whole in
memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr


@dataclass(frozen=True, slots=True)
class Element:
    """One element. Text elements have no children; `padded` puts the text on lines of its own [R]."""

    tag: str
    attributes: tuple[tuple[str, str], ...] = ()
    children: Iterable[Element] | None = None
    text: str | None = None
    padded: bool = False
    spaced: bool = False

    def child(self, tag: str) -> Element | None:
        """The first child of that tag; only for trees whose children are stored, not generated."""
        return next((each for each in self.children or () if each.tag == tag), None)

    def all(self, tag: str) -> list[Element]:
        return [each for each in self.children or () if each.tag == tag]

    def value(self, *path: str) -> str:
        """The text at the end of a path of first children, or an empty string."""
        here: Element | None = self
        for tag in path:
            here = here.child(tag) if here else None
        return (here.text or "").strip() if here else ""


def node(tag: str, *children: Element | None, **attributes: str) -> Element:
    """An element of elements; None children are left out, `ns` becomes xmlns, `junos_x` junos:x."""
    return Element(tag, _attributes(attributes), tuple(each for each in children if each is not None))


def stream(tag: str, children: Iterable[Element], **attributes: str) -> Element:
    """An element whose children are made while it is written."""
    return Element(tag, _attributes(attributes), children)


def leaf(tag: str, value: object = "", *, padded: bool = False, **attributes: str) -> Element:
    """An element of text."""
    return Element(tag, _attributes(attributes), None, str(value), padded)


def empty(tag: str, **attributes: str) -> Element:
    return Element(tag, _attributes(attributes))


def padded(tag: str, value: object, **attributes: str) -> Element:
    """A text element in the `\\nvalue\\n` form [R]."""
    return leaf(tag, value, padded=True, **attributes)


def _attributes(given: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((_attribute_name(name), value) for name, value in given.items())


def _attribute_name(name: str) -> str:
    if name == "ns":
        return "xmlns"
    return name.replace("junos_", "junos:", 1).replace("xmlns_", "xmlns:", 1).replace("_", "-")


def _opening(element: Element) -> str:
    return element.tag + "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes)


def flat_lines(element: Element) -> Iterator[str]:
    """The element as NETCONF shows it, line by line, newlines included."""
    opening = _opening(element)
    gap = "\n" if element.spaced else ""
    if element.text is not None:
        text, end = escape(element.text), f"</{element.tag}>\n"
        yield f"<{opening}>\n{text}\n{end}" if element.padded else f"{gap}<{opening}>{text}{end}{gap}"
        return
    if element.children is None:
        yield f"<{opening}/>\n"
        return
    yield f"{gap}<{opening}>\n"
    for child in element.children:
        yield from flat_lines(child)
    yield f"{gap}</{element.tag}>\n"


def indented_lines(element: Element, depth: int = 0) -> Iterator[str]:
    """The element as `| display xml` shows it."""
    indent, opening = "    " * depth, _opening(element)
    if element.text is not None:
        text = escape(element.text)
        inner = f"\n{text}\n{indent}" if element.padded else text
        yield f"{indent}<{opening}>{inner}</{element.tag}>\n"
        return
    if element.children is None:
        yield f"{indent}<{opening}/>\n"
        return
    yield f"{indent}<{opening}>\n"
    for child in element.children:
        yield from indented_lines(child, depth + 1)
    yield f"{indent}</{element.tag}>\n"
