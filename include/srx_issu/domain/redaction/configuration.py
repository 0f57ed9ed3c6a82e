"""Takes the secrets out of a configuration, for the copy that people read. The full one is kept apart.

Works line by line on both forms, hierarchy and ``set``. Values are replaced, statements stay, so the copy
still shows that a secret is configured and where. What the copy shows is printable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from srx_issu.domain.redaction.printable import printable
from srx_issu.domain.redaction.secret_words import (
    KINDS,
    NAMES,
    STRING,
    without_encoded,
    without_numbered_keys,
    without_private_keys,
    without_url_passwords,
)

REMOVED = "SECRET-REMOVED"

_AFTER_STATEMENT = re.compile(
    rf"(?<![\w-])((?:{NAMES})(?:\s++(?:{KINDS}))?\s++)(?!(?:{KINDS})\b)({STRING})",
)
# Junos itself marks secrets in the hierarchy form. A value begins where nothing of a word is before it.
_MARK = "## SECRET-DATA"
_MARKED = re.compile(rf"(?<![^\s;{{}}\[\]])({STRING})(\s*+;\s*+{_MARK})")
_NESTED_VALUE = re.compile(rf"^(\s*+(?:key|value)\s++)({STRING})(\s*+;)")
_COMMUNITY = re.compile(
    rf"(?<![\w-])(community\s++)({STRING})(?=\s*+(?:[{{;]|$)|\s++(?:authorization|clients|view|client-list))"
)
_IN_SNMP = re.compile(r"\bsnmp\b")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Block:
    """What is true of the lines below a block's head, by itself or by one above it."""

    holds_keys: bool = False
    in_snmp: bool = False


def scrub(text: str) -> str:
    """The configuration without passwords, hashes, keys, SNMP communities and private keys."""
    text = without_private_keys(printable(text), REMOVED)
    lines = list[str]()
    blocks = [_Block()]
    for line in text.splitlines():
        lines.append(_scrub_line(line, blocks[-1]))
        _follow(line, blocks)
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def _scrub_line(line: str, block: _Block) -> str:
    if _MARK in line:
        line = _MARKED.sub(rf"{REMOVED}\g<2>", line)
    line = without_numbered_keys(line, REMOVED)
    line = _AFTER_STATEMENT.sub(rf"\g<1>{REMOVED}", line)
    if block.holds_keys:
        line = _NESTED_VALUE.sub(rf"\g<1>{REMOVED}\g<3>", line)
    if block.in_snmp or _IN_SNMP.search(line):
        line = _COMMUNITY.sub(rf"\g<1>{REMOVED}", line)
    return without_encoded(without_url_passwords(line, REMOVED), REMOVED)


def _follow(line: str, blocks: list[_Block]) -> None:
    """Keeps what the blocks say that the next line lies in, for the hierarchy form. The first is the root."""
    bare = line.split("/*", 1)[0].split("## ", 1)[0].strip()
    if bare.endswith("{"):
        head = bare.removesuffix("{").strip().removeprefix("inactive: ")
        above = blocks[-1]
        blocks.append(
            _Block(
                holds_keys=above.holds_keys or "authentication-key" in head or "md5" in head,
                in_snmp=above.in_snmp or head == "snmp",
            )
        )
    elif bare.startswith("}") and len(blocks) > 1:
        blocks.pop()
