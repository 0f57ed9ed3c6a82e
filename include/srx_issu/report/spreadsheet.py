"""Tables as CSV that a spreadsheet shows and never runs: words of devices and of people stand in them."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

from srx_issu.report.formatting import plain

# A spreadsheet takes a cell that begins so for a formula. Some pass over spaces, and over marks that nobody
# sees, and take full-width and small forms for the signs themselves (OWASP, "CSV injection").
_BEGINS_FORMULA = frozenset("=+-@\N{MINUS SIGN}|%")
_BEGINS_CELL = ("\t", "\r", "\n")


def table(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV, each cell harmless. None is an empty cell."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([harmless(value) for value in row])
    return out.getvalue()


def harmless(value: object) -> object:
    """A number as it is; a text with an apostrophe before it where it could be taken for a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = plain(value)
    first = next((letter for letter in text if not _is_passed_over(letter)), "")
    risky = str(value).startswith(_BEGINS_CELL) or unicodedata.normalize("NFKC", first)[:1] in _BEGINS_FORMULA
    return f"'{text}" if first and risky else text


def _is_passed_over(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in ("Cc", "Cf")
