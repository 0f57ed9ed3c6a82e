"""What a node will boot next: asked only where an upgrade's route installs an image before any reboot.

No one question is known to name it on every platform (docs/junos.md, "Installing one node"), so several
are asked, in order; what none of them names stays without a release, and a person looks. The reply to the
installation itself is never taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator

from srx_issu.adapters.devices.parse.nodes import own_body, own_item
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
        item = own_item(node, (yield PENDING))
        raise_errors(node, item)
    except _NO_ANSWER:
        return None
    result = next((value(found, ".") for found in item.iter("package-result")), None)
    text = " ".join(line for found in item.iter("output") if (line := value(found, ".")))
    if text and result not in (None, "0", "1"):
        return None
    return "" if result == "0" else text


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
