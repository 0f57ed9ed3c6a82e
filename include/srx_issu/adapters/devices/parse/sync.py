"""Cold synchronization and the ISSU window of one node (docs/junos.md, "Cold sync", "ISSU window")."""

from __future__ import annotations

import re

from srx_issu.adapters.devices.parse.reply import Element, fragment, number, value
from srx_issu.domain.cluster.model import ColdSync, IssuStatus
from srx_issu.domain.errors import ReplyNotUnderstood

# What the words of ``show chassis cluster information issu`` tell. The texts are not documented; these are
# looked for, in this order, in each line, newest telling line last. Nothing found = not known.
_ISSU_WORDS: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), meaning)
    for pattern, meaning in (
        (r"\bno (ISSU|in-service-upgrade)( is)? in progress\b", False),
        (r"\b(ISSU|in-service-upgrade)( is)? not in progress\b", False),
        (r"\bnot in (the )?(ISSU|in-service-upgrade) window\b", False),
        (r"\bexit(ing|ed)?( the)? (ISSU|in-service-upgrade) window\b", False),
        (r"\b(ISSU|in-service-upgrade) window( is| was)? closed\b", False),
        (r"\b(ISSU|in-service-upgrade) (completed|finished|done)\b", False),
        (r"\bin (the )?(ISSU|in-service-upgrade) window\b", True),
        (r"\b(enter(ing|ed)?|open(ing|ed)?)( the)? (ISSU|in-service-upgrade) window\b", True),
        (r"\b(ISSU|in-service-upgrade) window( is| was)? open(ed)?\b", True),
        (r"\b(ISSU|in-service-upgrade)( is)? in progress\b", True),
        (r"\b(ISSU|in-service-upgrade) (started|begins|initiated)\b", True),
    )
)


def cold_sync(node: str, body: Element) -> ColdSync:
    """From ``cold-synchronization-monitoring-information``; its cumulative counters are not looked at.

    Raises ReplyNotUnderstood when the status block is missing: nothing can be said then.
    """
    status = body.find(".//cold-synchronization-status-information")
    if status is None:
        raise ReplyNotUnderstood(node, "no cold synchronization status in the reply", fragment(body))
    return ColdSync(
        weight=number(node, status, "cold-synchronization-weight"),
        completed=_names(status, "cold-synchronization-completed"),
        not_completed=_names(status, "cold-synchronization-not-completed"),
        unknown=_names(status, "cold-synchronization-unknown"),
        progress=_lines(body, "cold-synchronization-progress"),
    )


def cold_sync_in_information(node: str, body: Element) -> ColdSync | None:
    """What ``get-chassis-cluster-information`` says of cold sync, for releases without the detail.

    Its failure block appears only while something is missing, and its absence is no proof of the
    opposite: without it, and without a status block, None.
    """
    if body.find(".//cold-synchronization-status-information") is not None:
        return cold_sync(node, body)
    failure = body.find(".//coldsync-monitoring-failure-information")
    if failure is None:
        return None
    missing = tuple(
        name
        for entry in failure.iter("coldsync-monitoring-spu-list")
        if (name := value(entry, "pfe-name")) is not None
    )
    count = number(node, failure, "coldsync-monitoring-statistics/coldsync-not-complete-spu") or 0
    names = missing or tuple(f"SPU {index + 1} of {count}" for index in range(min(count, 64)))
    return ColdSync(not_completed=names, progress=_lines(body, "cold-synchronization-progress"))


def issu_status(body: Element) -> IssuStatus:
    """``in_progress`` only when the node's words clearly tell; the last line that tells wins."""
    events = _lines(body, "chassis-cluster-issu-event")
    progress = _lines(body, "cold-synchronization-progress")
    own_words = tuple(line.strip() for line in (body.text or "").splitlines() if line.strip())
    telling = [meaning for line in (*own_words, *events) if (meaning := _meaning(line)) is not None]
    return IssuStatus(
        in_progress=telling[-1] if telling else None, events=(*own_words, *events), progress=progress
    )


def _meaning(line: str) -> bool | None:
    return next((meaning for pattern, meaning in _ISSU_WORDS if pattern.search(line)), None)


def _names(status: Element, tag: str) -> tuple[str, ...]:
    """PFE names of all elements ``tag``, one or several in each; ``N/A`` and ``None`` are no names."""
    words = [word for element in status.findall(tag) for word in re.split(r"[\s,]+", element.text or "")]
    return tuple(word for word in words if word and word.lower() not in ("n/a", "none"))


def _lines(body: Element, tag: str) -> tuple[str, ...]:
    texts = (re.sub(r"\s+", " ", element.text or "").strip() for element in body.iter(tag))
    return tuple(text for text in texts if text)
