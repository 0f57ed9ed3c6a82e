"""Configurations as clients send them, text, XML and JSON, turned into `set` and `delete` lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from srx_lab.editing.schema import Kind, Rule, UnknownStatement, top
from srx_lab.editing.stanza import quoted

_TOKEN = re.compile(
    r"""\s+ | /\*.*?\*/ | \#[^\n]*
    | (?P<quoted>"(?:\\.|[^"\\])*") | (?P<mark>[{};]) | (?P<word>[^\s{};"]+)""",
    re.VERBOSE | re.DOTALL,
)
_OPENING, _CLOSING = "{", "}"
_MARKS = {_OPENING, _CLOSING, ";"}
_TAGS = {"replace:", "delete:", "inactive:", "active:", "protect:"}
_XmlElement = etree._Element


def lines_of_text(text: str) -> Iterator[str]:
    """From the indented form, with its `replace:`, `delete:` and `inactive:`; raises UnknownStatement."""
    path: list[list[str]] = []
    words: list[str] = []
    tag = ""
    empty = False
    for token in _tokens(text):
        if token in _TAGS and not words:
            tag = token
        elif token not in _MARKS:
            words.append(token)
        elif token == _CLOSING:
            if words or not path:
                raise UnknownStatement(words[0] if words else token)
            if empty:
                yield f"set {_typed(path)}"
            path.pop()
            empty = False
        else:
            if not words:
                raise UnknownStatement(token)
            path.append(words)
            yield from _said(_typed(path), tag, is_block=token == _OPENING)
            if token != _OPENING:
                path.pop()
            words, tag, empty = [], "", token == _OPENING
    if words or path:
        raise UnknownStatement((words or path[-1])[0])


def _typed(path: list[list[str]]) -> str:
    return " ".join(word for step in path for word in step)


def _said(here: str, tag: str, *, is_block: bool) -> Iterator[str]:
    if tag in {"replace:", "delete:"}:
        yield f"delete {here}"
    if tag != "delete:" and not is_block:
        yield f"set {here}"
    if tag == "inactive:":
        yield from (f"set {here}", f"deactivate {here}")
    if tag == "delete:" and is_block:
        raise UnknownStatement(_OPENING)


def _tokens(text: str) -> Iterator[str]:
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise UnknownStatement(text[position : position + 10])
        position = found.end()
        token = found["quoted"] or found["mark"] or found["word"]
        if token:
            yield token


def lines_of_xml(configuration: _XmlElement) -> Iterator[str]:
    """From `<configuration>`, with `delete` and `replace` as attributes; raises UnknownStatement."""
    for child in _elements(configuration):
        yield from _element(child, top(), [])


def _elements(parent: _XmlElement) -> list[_XmlElement]:
    return [child for child in parent if isinstance(child.tag, str)]


def _element(element: _XmlElement, above: Rule, path: list[str]) -> Iterator[str]:
    tag = str(etree.QName(element).localname)
    rule, through = _rule_of(above, tag)
    if rule.tag.partition("/")[0] == tag and "/" in rule.tag:
        for inner in _elements(element):
            yield from _compound(inner, tag, above, [*path, *through])
        return
    names, rest = _names(element, rule)
    words = [*path, *through, *(names.pop(0) if part == "*" else part for part in rule.pattern)]
    yield from _statement(element, rule, words, rest)


def _compound(inner: _XmlElement, outer: str, above: Rule, path: list[str]) -> Iterator[str]:
    """Two levels of XML that are one in text, such as family and inet."""
    tag = f"{outer}/{etree.QName(inner).localname}"
    rule = next((each for each in above.children if each.tag == tag), None)
    if rule is None:
        raise UnknownStatement(str(etree.QName(inner).localname))
    yield from _statement(inner, rule, [*path, *rule.pattern], _elements(inner))


def _statement(element: _XmlElement, rule: Rule, words: list[str], rest: list[_XmlElement]) -> Iterator[str]:
    asked = {str(etree.QName(name).localname): str(value) for name, value in element.attrib.items()}
    text = (element.text or "").strip()
    takes_value = rule.kind not in {Kind.BLOCK, Kind.FLAG}
    line = " ".join([*words, *([quoted(text)] if takes_value and text else [])])
    if "delete" in asked or asked.get("operation") in {"delete", "remove"}:
        yield f"delete {line}"
        return
    if "replace" in asked or asked.get("operation") == "replace":
        yield f"delete {line}"
    if not rest:
        yield f"set {line}"
    if "inactive" in asked:
        yield f"deactivate {line}"
    for child in rest:
        yield from _element(child, rule, words)


def _rule_of(above: Rule, tag: str) -> tuple[Rule, list[str]]:
    """The rule of an element, and the words of levels that XML does not have."""
    for child in above.children:
        if child.tag == "":
            inner = next((each for each in child.children if each.tag == tag), None)
            if inner is not None:
                return inner, list(child.pattern)
        elif tag in {child.tag, child.tag.partition("/")[0]}:
            return child, []
    raise UnknownStatement(tag)


def _names(element: _XmlElement, rule: Rule) -> tuple[list[str], list[_XmlElement]]:
    children = _elements(element)
    names = []
    for key in rule.keys:
        found = next((child for child in children if etree.QName(child).localname == key), None)
        if found is None:
            raise UnknownStatement(str(etree.QName(element).localname), f"missing mandatory element: {key}")
        names.append(quoted((found.text or "").strip()))
        children.remove(found)
    return names, children


def lines_of_json(text: str) -> Iterator[str]:
    """From JSON, by way of XML; raises UnknownStatement."""
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnknownStatement(text[error.pos : error.pos + 10] or "}") from None
    configuration = given.get("configuration") if isinstance(given, dict) else None
    if not isinstance(configuration, dict):
        raise UnknownStatement("configuration")
    root = etree.Element("configuration")
    _fill(root, configuration)
    yield from lines_of_xml(root)


def _fill(parent: _XmlElement, table: dict[str, Any]) -> None:
    for name, value in table.items():
        if name.startswith("@"):
            continue
        for each in value if isinstance(value, list) else [value]:
            child = etree.SubElement(parent, name)
            if isinstance(each, dict):
                _fill(child, each)
            elif each is not None:
                child.text = str(each)
