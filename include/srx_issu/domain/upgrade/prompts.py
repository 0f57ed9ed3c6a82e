"""Which questions of the ISSU's command the operator lets be answered yes."""

from __future__ import annotations

from collections.abc import Iterable


def is_listed(prompt: str, answered_prompts: Iterable[str]) -> bool:
    """Whether the question has one of the listed phrases in it; blanks and letter case do not matter."""
    words = _plain(prompt)
    return any(_plain(phrase) in words for phrase in answered_prompts if phrase.strip())


def _plain(text: str) -> str:
    return " ".join(text.lower().split())
