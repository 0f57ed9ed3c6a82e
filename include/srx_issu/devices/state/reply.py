"""What the rows' parsers need beyond ``parse.reply``: values that must be there, times, lines of text."""

from __future__ import annotations

from datetime import UTC, datetime

from srx_issu.devices.parse.reply import Element, fragment, number, value
from srx_issu.domain.errors import ReplyNotUnderstood
from srx_issu.domain.model import NodeName


def need(part: Element, name: str, node: NodeName) -> Element:
    """The first element of that name at or below ``part``; ReplyNotUnderstood when there is none."""
    found = next(part.iter(name), None)
    if found is None:
        raise ReplyNotUnderstood(node, f"no <{name}> in the reply", fragment(part))
    return found


def words(element: Element, path: str) -> str | None:
    """The text at ``path`` on one line; None when there is no such element or it is empty."""
    found = value(element, path)
    return " ".join(found.split()) if found is not None else None


def need_words(element: Element, path: str, node: NodeName) -> str:
    found = words(element, path)
    if found is None:
        raise ReplyNotUnderstood(node, f"no value in <{path}>", fragment(element))
    return found


def need_number(element: Element, path: str, node: NodeName) -> int:
    found = number(node, element, path)
    if found is None:
        raise ReplyNotUnderstood(node, f"no value in <{path}>", fragment(element))
    return found


def moment(element: Element, path: str) -> datetime | None:
    """The time in the attribute ``junos:seconds``; None when it is not there."""
    found = element.find(path)
    seconds = found.get("seconds") if found is not None else None
    return datetime.fromtimestamp(int(seconds), UTC) if seconds and seconds.isdecimal() else None


def lines(element: Element) -> list[str]:
    """Every line of text at or below the element that is not blank."""
    return [line for text in element.itertext() for line in str(text).splitlines() if line.strip()]
