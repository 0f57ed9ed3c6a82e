"""Several questions in one command, so that a look costs one channel, and the answer taken apart again.

The CLI takes commands with ``;`` between them and answers them in their order: a document each, or the words
of a refusal. Which is whose is told by the count alone, so where that is in doubt nothing is told, and the
questions are asked one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from srx_issu.adapters.devices.parse.refusals import refusal_line
from srx_issu.adapters.devices.question import Question

_BEGIN, _END = "<rpc-reply", "</rpc-reply>"
_BETWEEN = (
    32 * 1024
)  # characters; an announcement is a page, and to read a megabyte of one takes most of a second


@dataclass(frozen=True, kw_only=True)
class Answers:
    """The whole answers in the order of the questions: XML documents, and the lines of refusals between them.

    ``is_clear``: nothing else was printed that might be an answer, or might change what one means.
    """

    texts: tuple[str, ...]
    is_clear: bool


def command(question: Question) -> str:
    """The CLI form of one question, as XML and without a pager."""
    return f"{question.cli} | display xml | no-more"


def compound(questions: Iterable[Question]) -> str:
    return "; ".join(command(question) for question in questions)


def take_apart(printed: str) -> Answers:
    """What was printed so far; a document that has no end yet is no answer."""
    texts, between, at = list[str](), list[str](), 0
    while (begin := printed.find(_BEGIN, at)) >= 0:
        between.append(printed[at:begin])
        texts += _refusals(between[-1])
        end = printed.find(_END, begin)
        if end < 0:
            return Answers(texts=tuple(texts), is_clear=_is_clear(between))
        at = end + len(_END)
        texts.append(printed[begin:at])
    between.append(printed[at:])
    texts += _refusals(between[-1])
    return Answers(texts=tuple(texts), is_clear=_is_clear(between))


def _refusals(between: str) -> list[str]:
    """The lines that say no; a login's announcement or a ``{primary:node0}`` is no answer."""
    if len(between) > _BETWEEN:
        return []
    return [line for each in between.splitlines() if (line := refusal_line(each, of_issu=False))]


def _is_clear(between: list[str]) -> bool:
    """A document type before an answer changes what it means; other markup is no answer that we know, nor is
    more than anybody announces."""
    return not any(len(each) > _BETWEEN or ("<" in each and not _refusals(each)) for each in between)
