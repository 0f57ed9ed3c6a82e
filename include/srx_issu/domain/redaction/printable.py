"""Text that may be shown on a terminal, whoever wrote it: no escape sequence, no control, no turned letter.

A device's words reach logs, journal, reports and an operator's terminal. An escape sequence in them could
set the terminal's clipboard (OSC 52), move its cursor over our words, or type an answer; a mark of direction
shows a line other than it is read. Newline and tab stay.
"""

from __future__ import annotations

import re

# ECMA-48: what follows ESC [ (CSI), and the strings that ESC ] (OSC), P (DCS), X (SOS), ^ (PM) and _ (APC)
# begin; each has an 8-bit form too. "<" is left out, so that no sequence ever swallows an XML tag, and a
# string must end on its line: one that does not loses its beginning only, which is what makes it work.
# Every repetition is possessive or bounded, so that no text costs more than its length.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-9:;=>?]{0,64}[ !\"#$%'()*+,./-]{0,8}[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x08\x0a-\x1f\x7f-\x9f<]{0,8192}(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ #%()*+./-]{1,2}[0-9A-Za-z@]"
    r"|\x1b[78=>cDEHMNOZ]"
)
_LONGEST = 8192
_BEGINS = "\x1b\x90\x98\x9b\x9d\x9e\x9f"
_LINE_END = re.compile(r"\r{1,8}\n|\r")
# C0 but tab and newline, DEL, C1; line and paragraph separator; marks of direction; Unicode's tag letters
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """``text`` without escape sequences, controls and marks of direction; a carriage return ends a line."""
    if not _UNPRINTABLE.search(text):
        return text
    return _UNPRINTABLE.sub("", _LINE_END.sub("\n", without_sequences(text)))


def without_sequences(text: str) -> str:
    """``text`` without whole escape sequences. Single controls stay; no XML tag is harmed."""
    return _SEQUENCE.sub("", text)


def split_unfinished(text: str) -> tuple[str, str]:
    """What has come of a terminal so far, and the beginning of an escape sequence at its end, if any."""
    recent = max(0, len(text) - _LONGEST)
    start = max(text.rfind(begins, recent) for begins in _BEGINS)
    if start < 0 or "\n" in text[start:] or _SEQUENCE.match(text, start):
        return text, ""
    return text[:start], text[start:]
