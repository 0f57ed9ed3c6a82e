"""Files on a node: checksum and content; and what a CLI command printed."""

from __future__ import annotations

import re

from srx_issu.adapters.devices.parse.nodes import own_item
from srx_issu.adapters.devices.parse.refusals import errors_in, is_missing_file, raise_errors, refusal_error
from srx_issu.adapters.devices.parse.reply import Element, fragment, value
from srx_issu.domain.errors import ReplyNotUnderstood
from srx_issu.domain.redaction.prose import redact

_SHA256 = re.compile(r"\b[0-9a-fA-F]{64}\b")


def sha256(node: str, root: Element) -> str | None:
    """The checksum in lower case; None when the node says that there is no such file.

    Raises CommandRefused for any other error, ReplyNotUnderstood when no SHA-256 is shown. Some releases
    answer in text: ``SHA256 (/var/tmp/x.tgz) = 9f86...``, and some for both nodes: only ``node``'s counts.
    """
    root = own_item(node, root)
    _raise_unless_missing(node, root)
    if next(errors_in(root), None) is not None:
        return None
    shown = value(root, ".//checksum") or output(root)
    match = _SHA256.search(shown)
    if match is None:
        if is_missing_file(shown):
            return None
        raise ReplyNotUnderstood(node, "no SHA-256 in the reply", fragment(root))
    return match.group(0).lower()


def file_content(node: str, root: Element, path: str) -> str | None:
    """The text of ``file-show``; None when there is no such file."""
    root = own_item(node, root)
    _raise_unless_missing(node, root)
    if next(errors_in(root), None) is not None:
        return None
    content = root if root.tag == "file-content" else root.find(".//file-content")
    text = (content.text or "") if content is not None else output(root)
    if content is None and says_missing(text, path):
        return None
    return text.removeprefix("\n")


def says_missing(text: str, path: str) -> bool:
    """Whether the answer to "show ``path``" is one line that says there is no such file.

    The file may itself be a transcript that speaks of another missing file, so the path must be in it.
    """
    lines = text.strip().splitlines()
    return len(lines) == 1 and path in lines[0] and is_missing_file(lines[0])


def _raise_unless_missing(node: str, root: Element) -> None:
    for words in errors_in(root):
        if not is_missing_file(words):
            raise refusal_error(node, words)


def output(root: Element) -> str:
    """What a command printed, redacted: every ``<output>``, else the reply's own text."""
    outputs = [element.text or "" for element in root.iter("output")]
    if outputs:
        return redact("\n".join(text.strip("\n") for text in outputs))
    return redact((root.text or "").strip("\n"))


def configuration_text(node: str, root: Element, form: str) -> str:
    """The configuration in ``text`` or ``set`` form. Raises ReplyNotUnderstood when it is not there."""
    raise_errors(node, root)
    for tag in (f"configuration-{form}", "configuration-information", "configuration-output", "output"):
        element = root if root.tag == tag else root.find(f".//{tag}")
        text = "".join(str(part) for part in element.itertext()) if element is not None else ""
        if text.strip():
            return text.strip("\n") + "\n"
    raise ReplyNotUnderstood(node, f"no configuration in {form} form in the reply", fragment(root))
