"""A reply as text to a checked element tree. The first thing every reply of both wires goes through.

Hostile or broken input ends here: no entity is expanded, nothing is fetched, size and depth are bounded.
"""

from __future__ import annotations

import re

from lxml import etree

from srx_issu.domain.errors import ReplyNotUnderstood
from srx_issu.domain.redaction.printable import printable, without_sequences

Element = etree._Element  # lxml has no public name for its element class

MAX_REPLY_BYTES = 64 * 1024 * 1024  # a large configuration is some 10 MB; a chassis answer some 100 kB
_DECLARATION = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
# Kept to the letter, to be put back one day. The copy that people read is made printable by ``scrub``.
_EXACT = ("configuration-text", "configuration-set", "configuration-information", "configuration-output")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # a transcript may hold bells and escapes


def without_control_characters(text: str) -> str:
    """The text without escape sequences and the characters that XML forbids, which Junos copies out of files
    unchanged."""
    return _NOT_XML.sub("", without_sequences(text))


def parse_reply(node: str, text: str, *, large: bool = False) -> Element:
    """The reply's root with local names only, and printable words; a configuration's text is left exact.

    ``large`` lifts libxml2's 10 MB limit on a single text, for configurations; the bound on the whole
    stays. Raises ReplyNotUnderstood for anything that is not one well-formed document without a DTD.
    """
    if len(text) > MAX_REPLY_BYTES:
        raise ReplyNotUnderstood(node, f"reply of {len(text)} characters, at most {MAX_REPLY_BYTES} are read")
    declaration = _DECLARATION.search(text)
    if declaration:
        fragment = text[declaration.start() : declaration.start() + 80]
        raise ReplyNotUnderstood(node, "reply declares a document type or entities, refused", fragment)
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=large,
    )
    is_plain = _is_plain(text)
    try:
        root = etree.fromstring(
            (text if is_plain else without_control_characters(text)).strip().encode(), parser
        )
    except etree.XMLSyntaxError as error:
        raise ReplyNotUnderstood(node, f"reply is not XML ({error})", text.strip()[:200]) from error
    _with_local_names(root)
    return root if is_plain else _with_printable_words(root)


def _is_plain(text: str) -> bool:
    """Whether nothing in it can steer a terminal, written out or as a character reference: nearly always."""
    return text.isascii() and "&" not in text and printable(text) is text


def _with_printable_words(root: Element) -> Element:
    """After parsing: what steers a terminal may be written as a character reference, too."""
    for element in root.iter(etree.Element):
        if element.tag not in _EXACT and (words := _mended(element.text)) is not None:
            element.text = words
        if (words := _mended(element.tail)) is not None:
            element.tail = words
        for name, value in element.attrib.items():
            if (words := _mended(str(value))) is not None:
                element.set(name, words)
    return root


def _mended(words: str | None) -> str | None:
    """The words made printable; None where they are already: replies have many thousand elements."""
    mended = printable(words) if words else words
    return mended if mended is not words else None


def _with_local_names(root: Element) -> Element:
    """Namespaces of the body differ per release (docs/junos.md, "Replies"): names are compared without."""
    for element in root.iter(etree.Element):
        if element.tag[0] == "{":
            element.tag = etree.QName(element).localname
        for name in [name for name in element.attrib if str(name).startswith("{")]:
            value = element.attrib.pop(name)
            element.set(etree.QName(name).localname, value)
    return root


def value(parent: Element, path: str) -> str | None:
    """The stripped text at ``path``; None when there is no such element or it is empty."""
    found = parent.findtext(path)
    return (found.strip() or None) if found is not None else None


def number(node: str, parent: Element, path: str) -> int | None:
    """The integer at ``path``; None when absent or ``n/a``; ReplyNotUnderstood when it is another word."""
    text = value(parent, path)
    if text is None or text.lower() == "n/a":
        return None
    try:
        return int(text)
    except ValueError as error:
        raise ReplyNotUnderstood(node, f"<{path}> is not a number", fragment(parent)) from error


def fragment(element: Element) -> str:
    """The element as text, short enough for a message."""
    return etree.tostring(element, encoding="unicode", with_tail=False)[:500]
