"""What a node will boot next: asked only where an upgrade's route installs an image before any reboot.

No one question is known to name it on every platform (docs/junos.md, "Installing one node"), so several
are asked, until one of them names it. No answer is believed over another: where two disagree it is unknown,
and a person looks. The reply to the installation itself is never taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence

from srx_issu.adapters.devices.next_boot_shown import (
    Answer,
    Asking,
    by_install_log,
    by_media,
    by_version,
    in_vmhost_sets,
    release_in,
)
from srx_issu.adapters.devices.parse.nodes import check_identity, own_item
from srx_issu.adapters.devices.parse.refusals import raise_errors
from srx_issu.adapters.devices.parse.reply import Element, value
from srx_issu.adapters.devices.question import Question
from srx_issu.domain.cluster.model import NextBoot, NodeName, NodeView
from srx_issu.domain.errors import CommandRefused, ReplyNotUnderstood, UnknownCommand
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.upgrade.rpc import Rpc

PENDING = Question(rpc=Rpc("request-package-checks-pending-install"))

_OPEN = re.compile(r"pending|in[ _]progress", re.IGNORECASE)
_NOTHING = re.compile(r"\b(?:no|not|nothing|none)\b", re.IGNORECASE)
_EMPTY = ("output", "re-name", "package-result")
_NO_ANSWER = (UnknownCommand, CommandRefused, ReplyNotUnderstood)


def next_boot(node: NodeName, view: NodeView) -> Asking:
    """None: the node does not tell, or its answers do not agree. Asked after its release and its boot are
    known."""
    answers: list[Answer] = [(yield from _by_words(node))]
    answers.append((yield from by_version(node)))
    answers.append((yield from by_media(node, view)))
    if _tells(found := _agreed(answers)) or _disagree(answers):
        return found
    answers.append((yield from by_install_log(node, view)))
    answers.append((yield from in_vmhost_sets(node, view, _agreed(answers))))
    return _agreed(answers)


def _tells(found: Answer) -> bool:
    return found is not None and (not found.is_other or found.release is not None)


def _disagree(answers: Sequence[Answer]) -> bool:
    return any(answers) and _agreed(answers) is None


def _agreed(answers: Sequence[Answer]) -> Answer:
    """What all say that say something; None where none does, or where they do not agree."""
    told = [answer for answer in answers if answer is not None]
    if len({answer.is_other for answer in told}) != 1:
        return None
    named = [answer.release for answer in told if answer.release is not None]
    if any(not same_release(named[0], other) for other in named):
        return None
    return NextBoot(is_other=told[0].is_other, release=named[0] if named else None)


def _by_words(node: NodeName) -> Asking:
    words = yield from _words(node)
    if words is None:
        return None
    return NextBoot(is_other=True, release=release_in(words)) if words else NextBoot(is_other=False)


def _words(node: NodeName) -> Generator[Question, Element, str | None]:
    """Of the question that Juniper's own library asks; empty: nothing is pending; None: not known there."""
    try:
        root = yield PENDING
        check_identity(node, root)
        item = own_item(node, root)
        raise_errors(node, item)
    except _NO_ANSWER:
        return None
    result = next((value(found, ".") for found in item.iter("package-result")), None)
    text = " ".join(line for found in item.iter("output") if (line := value(found, ".")))
    match result:
        case "0":
            return None if _speaks_of_pending(text) else ""
        case "1":
            return text or "pending"
        case None if text or not _says_more(item):
            return text
        case _:
            return None


def _speaks_of_pending(words: str) -> bool:
    """Host-based platforms were seen to call a pending upgrade a success (docs/junos.md)."""
    return _OPEN.search(words) is not None and _NOTHING.search(words) is None


def _says_more(item: Element) -> bool:
    """Whether the answer holds anything but the empty form of "nothing is pending"."""
    shapes = (each for each in item.iter() if each is not item and each.tag not in _EMPTY)
    return value(item, ".") is not None or next(shapes, None) is not None
