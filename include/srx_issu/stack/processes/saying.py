"""Telling whoever reads along, who may be gone: a closed pipe or a full disk must end no stack."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

StopVerdict = Callable[[str], None]


def where_possible(say: StopVerdict) -> StopVerdict:
    """``say``, but nobody to say it to is no failure: logs and ``make status`` have it as well."""

    def said(text: str) -> None:
        with suppress(OSError, ValueError):  # ValueError: the stream was closed
            say(text)

    return said
