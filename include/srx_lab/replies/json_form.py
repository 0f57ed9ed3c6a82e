"""A reply as JSON: every element a list of objects, text under `data`, attributes beside it.

Known from replies in https://github.com/Juniper/py-junos-eznc/issues/1142 [R].
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from srx_lab.markup import Element

_INDENT = 4


def json_text(elements: Iterable[Element]) -> Iterator[str]:
    """The elements under one object, as text in pieces."""
    yield from json.JSONEncoder(indent=_INDENT).iterencode(_grouped(elements))
    yield "\n"


def _grouped(elements: Iterable[Element]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for element in elements:
        groups.setdefault(element.tag.removeprefix("xnm:"), []).append(_value(element))
    return groups


def _value(element: Element) -> dict[str, Any] | None:
    """None for an element that is nothing but there."""
    value: dict[str, Any] = {"attributes": dict(element.attributes)} if element.attributes else {}
    if element.text is not None:
        value["data"] = element.text
    elif element.children is not None:
        value.update(_grouped(element.children))
    return value or (None if element.children is None else {})
