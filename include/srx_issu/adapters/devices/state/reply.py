"""What the rows' parsers need beyond ``parse.reply``: values that must be there, times, lines of text."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from srx_issu.adapters.devices.parse.reply import Element, fragment, number, value
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood


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


_WHEN = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")


def moment(element: Element, path: str) -> datetime | None:
    """A time: the attribute ``junos:seconds``, seconds as text (files), or text in UTC; None otherwise."""
    found = element.find(path)
    if found is None:
        return None
    shown = (found.text or "").strip()
    seconds = found.get("seconds") or shown
    if seconds.isdecimal() and len(seconds) <= 11:
        return datetime.fromtimestamp(int(seconds), UTC)
    match = _WHEN.match(shown)
    return datetime.strptime(match[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if match else None


def lines(element: Element) -> list[str]:
    """Every line of text at or below the element that is not blank."""
    return [line for text in element.itertext() for line in str(text).splitlines() if line.strip()]
