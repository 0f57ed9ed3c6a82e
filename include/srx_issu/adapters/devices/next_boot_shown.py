"""Where a platform shows what a node boots next: package sets, partitions, VM host sets, the install log."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta

from srx_issu.adapters.devices.parse.nodes import own_body, own_item
from srx_issu.adapters.devices.parse.refusals import raise_errors
from srx_issu.adapters.devices.parse.reply import Element, value
from srx_issu.adapters.devices.question import Question, by_rpc_or_cli
from srx_issu.adapters.devices.questions import SOFTWARE, file_show
from srx_issu.domain.cluster.model import NextBoot, NodeName, NodeView
from srx_issu.domain.errors import CommandRefused, ReplyNotUnderstood, UnknownCommand, UnparsableVersion
from srx_issu.domain.junos.version import parse, same_release

Answer = NextBoot | None  # None: it does not tell
Asking = Generator[Question, Element, Answer]

MEDIA = by_rpc_or_cli("get-snapshot-information", "show system snapshot media internal", media="internal")
VMHOST = by_rpc_or_cli("get-vmhost-version-information", "show vmhost version")
INSTALL_LOG = file_show("/var/log/install")  # 'show log install'; the account may read files, not every log

_RELEASE = re.compile(r"\d+\.\d+[A-Z][A-Za-z0-9.-]*")
_PRIMARY = "(primary)"
_NO_ANSWER = (UnknownCommand, CommandRefused, ReplyNotUnderstood)

# Of 'show vmhost version' as text: releases before 22.2R3 have no elements for it (PyEZ, fact "vmhost").
_ROOT_SET = re.compile(r"^Current root set:\s*(\S+)", re.MULTILINE)
_SET = re.compile(r"^Version:\s*set\s+(\S+)$(.*?)(?=^Version:|\Z)", re.MULTILINE | re.DOTALL)
_DISK = re.compile(r"^Junos Disk:\s*(\S+)", re.MULTILINE)

# Each block of the install log begins so, with the node's local time, and ends in its result.
_BLOCK = re.compile(
    r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (\S+) mgd\[\d+\]: \S*package -X (\S+)(.*)$", re.MULTILINE
)
_RESULT = re.compile(r"<package-result>\s*(\d+)\s*</package-result>")
_UTC = ("UTC", "GMT")
_FARTHEST_ZONE = timedelta(hours=14)  # the name of a time zone does not tell its offset


def by_version(node: NodeName) -> Asking:
    """Where packages are kept in sets; its silence tells nothing."""
    try:
        pending = value(own_body(node, (yield SOFTWARE), "software-information"), "junos-version-pending")
    except _NO_ANSWER:
        return None
    return NextBoot(is_other=True, release=pending) if pending is not None else None


def by_media(node: NodeName, view: NodeView) -> Asking:
    """By the two root partitions of the SRX300 line."""
    try:
        found = _of_the_primary_slice(own_body(node, (yield MEDIA), "snapshot-information"))
    except _NO_ANSWER:
        return None
    if found is None or view.release is None:
        return None
    is_other = not same_release(found, view.release)
    return NextBoot(is_other=is_other, release=found if is_other else None)


def by_install_log(node: NodeName, view: NodeView) -> Asking:
    """By its newest block. One from before the boot is over and done with; a rollback takes back, or makes
    what ran before the next: which of them, it does not tell."""
    try:
        item = own_item(node, (yield INSTALL_LOG))
        raise_errors(node, item)
    except _NO_ANSWER:
        return None
    text = "\n".join(found.text or "" for tag in ("file-content", "output") for found in item.iter(tag))
    *_, newest = (None, *_BLOCK.finditer(text))
    if newest is None or view.booted_at is None:
        return None
    local, zone, operation, rest = newest.groups()
    is_newer = _is_newer(local, zone, view.booted_at)
    if is_newer is None or operation != "update":
        return None
    if not is_newer:
        return NextBoot(is_other=False)
    results = _RESULT.findall(text[newest.end() :])
    release = release_in(rest)
    is_done = bool(results) and set(results) == {"0"} and release is not None
    return NextBoot(is_other=True, release=release) if is_done else None


def in_vmhost_sets(node: NodeName, view: NodeView, found: Answer) -> Asking:
    """The set that does not run holds what was installed, or what ran before: so it is no proof that anything
    is pending. It names what another answer (``found``) calls pending, speaks against another name, and where
    it holds nothing else, nothing is pending."""
    try:
        item = own_item(node, (yield VMHOST))
        raise_errors(node, item)
    except _NO_ANSWER:
        return None
    others = _other_sets(item)
    if others is None or view.release is None:
        return None
    releases = {release for release in others if not same_release(release, view.release)}
    if not releases:
        return NextBoot(is_other=False)
    if found is None or not found.is_other or len(releases) > 1:
        return None
    return NextBoot(is_other=True, release=releases.pop())


def _other_sets(item: Element) -> list[str] | None:
    """The releases in the sets that do not run; None where nobody can tell which runs, or one names none."""
    sets, current = dict[str, str | None](), None
    for body in item.iter("vmhost-version-information"):
        current = value(body, "current-root-set")
        for each in body.iter("set-disk-info"):
            name = (value(each, "set-disk-name") or "").removeprefix("set ").strip()
            sets[name] = release_in(value(each, "set-junos-version") or "")
    if not sets:
        text = "\n".join(found.text or "" for found in item.iter("output"))
        current = match.group(1) if (match := _ROOT_SET.search(text)) else None
        for name, lines in _SET.findall(text):
            disk = _DISK.search(lines)
            sets[name] = release_in(disk.group(1)) if disk else None
    if current not in sets:
        return None
    others = [release for name, release in sets.items() if name != current]
    return None if None in others else [release for release in others if release is not None]


def _is_newer(local: str, zone: str, booted_at: datetime) -> bool | None:
    """Than the boot; None where the zone leaves it open."""
    at = datetime.fromisoformat(local).replace(tzinfo=UTC)
    spread = timedelta(0) if zone in _UTC else _FARTHEST_ZONE
    if at - spread > booted_at:
        return True
    return False if at + spread < booted_at else None


def _of_the_primary_slice(body: Element) -> str | None:
    """The release on the partition that the next boot takes; None where no partition is called primary."""
    medium = ""
    for each in body:
        if each.tag == "snapshot-medium":
            medium = each.text or ""
        elif each.tag == "software-version" and _PRIMARY in medium:
            version = value(each, "package[package-name='junos']/package-version")
            return release_in(version or "")
    return None


def release_in(words: str) -> str | None:
    """The one release among the words; None where there is none, or more than one."""
    found = set(_releases(words))
    return found.pop() if len(found) == 1 else None


def _releases(words: str) -> Iterator[str]:
    for each in _RELEASE.findall(words):
        name = each.removesuffix(".tgz").removesuffix("-domestic").removesuffix("-export").rstrip(".-")
        name = name.removesuffix("-linux").removesuffix("-signed").removesuffix("-secure")
        try:
            parse(name)
        except UnparsableVersion:
            continue
        yield name
