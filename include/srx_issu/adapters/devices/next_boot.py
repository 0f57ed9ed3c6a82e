"""What a node will boot next: asked only where an upgrade's route installs an image before any reboot.

No one question is known to name it on every platform (docs/junos.md, "Installing one node"), so several
are asked, in order; what none of them names stays without a release, and a person looks. The reply to the
installation itself is never taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from srx_issu.adapters.devices.parse.nodes import check_identity, own_body, own_item
from srx_issu.adapters.devices.parse.refusals import raise_errors
from srx_issu.adapters.devices.parse.reply import Element, value
from srx_issu.adapters.devices.question import Question, by_rpc_or_cli
from srx_issu.adapters.devices.questions import SOFTWARE
from srx_issu.domain.cluster.model import NextBoot, NodeName, NodeView
from srx_issu.domain.errors import CommandRefused, ReplyNotUnderstood, UnknownCommand, UnparsableVersion
from srx_issu.domain.junos.version import parse, same_release
from srx_issu.domain.upgrade.rpc import Rpc

PENDING = Question(rpc=Rpc("request-package-checks-pending-install"))
MEDIA = by_rpc_or_cli("get-snapshot-information", "show system snapshot media internal", media="internal")

_RELEASE = re.compile(r"\d+\.\d+[A-Z][A-Za-z0-9.-]*")
_OPEN = re.compile(r"pending|in[ _]progress", re.IGNORECASE)
_NOTHING = re.compile(r"\b(?:no|not|nothing|none)\b", re.IGNORECASE)
_EMPTY = ("output", "re-name", "package-result")
_PRIMARY = "(primary)"
_NO_ANSWER = (UnknownCommand, CommandRefused, ReplyNotUnderstood)

_Asking = Generator[Question, Element, NextBoot | None]


def next_boot(node: NodeName, view: NodeView) -> _Asking:
    """None: the node does not tell. Asked after its release is known."""
    words = yield from _words(node)
    shown = yield from _shown(node, view)
    if words is None or (shown is not None and shown.is_other):
        return shown
    if words == "":
        return NextBoot(is_other=False)
    release = _named(words) or (shown.release if shown is not None else None)
    return NextBoot(is_other=True, release=release)


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


def _shown(node: NodeName, view: NodeView) -> _Asking:
    """By ``show version`` where packages are kept in sets, by the two root partitions of the SRX300 line."""
    try:
        pending = value(own_body(node, (yield SOFTWARE), "software-information"), "junos-version-pending")
        if pending is not None:
            return NextBoot(is_other=True, release=pending)
        found = _of_the_primary_slice(own_body(node, (yield MEDIA), "snapshot-information"))
    except _NO_ANSWER:
        return None
    if found is None or view.release is None:
        return None
    is_other = not same_release(found, view.release)
    return NextBoot(is_other=is_other, release=found if is_other else None)


def _of_the_primary_slice(body: Element) -> str | None:
    """The release on the partition that the next boot takes; None where no partition is called primary."""
    medium = ""
    for each in body:
        if each.tag == "snapshot-medium":
            medium = each.text or ""
        elif each.tag == "software-version" and _PRIMARY in medium:
            version = value(each, "package[package-name='junos']/package-version")
            return _named(version or "")
    return None


def _named(words: str) -> str | None:
    """The one release among the words; None where there is none, or more than one."""
    found = set(_releases(words))
    return found.pop() if len(found) == 1 else None


def _releases(words: str) -> Iterator[str]:
    for each in _RELEASE.findall(words):
        name = each.removesuffix("-domestic").removesuffix("-export").rstrip(".-")
        try:
            parse(name)
        except UnparsableVersion:
            continue
        yield name
