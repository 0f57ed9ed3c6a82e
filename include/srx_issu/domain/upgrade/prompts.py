"""Which questions of the ISSU's command the operator lets be answered yes."""

from __future__ import annotations

from collections.abc import Iterable


def listed_words(prompt: str, answered_prompts: Iterable[str]) -> str | None:
    """The first of the listed phrases that the question has in it; None: it is not listed. Blanks and letter
    case do not matter."""
    words = _plain(prompt)
    plain = (_plain(phrase) for phrase in answered_prompts)
    return next((phrase for phrase in plain if phrase and phrase in words), None)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
