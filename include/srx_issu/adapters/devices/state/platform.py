"""Rows about the nodes themselves: software, load, space, time, alarms, logins, commits, hardware."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from srx_issu.adapters.devices.parse.capacity import filesystem_of, filesystems, routing_engine
from srx_issu.adapters.devices.parse.reply import Element, fragment, number
from srx_issu.adapters.devices.parse.system import clock_facts, software_facts
from srx_issu.adapters.devices.state.reply import lines, moment, need, need_number, need_words, words
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood

_MODULE = re.compile(r"chassis(-sub)*-module")
_CARD = re.compile(r"(Routing Engine|FPC|PIC|MIC|S?CB|SPC|IOC)\b")
_NO_CORE_FILE = re.compile(r"no such file|^\s*total\b|:\s*$", re.IGNORECASE)
_CORE_FILE = re.compile(r"-[rwxsStT-]{9}\S*\s+\d+\s.*\s(\S*core\S*)")


def software(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Software]:
    facts = software_facts(node, need(part, "software-information", node))
    if facts.model is None:
        raise ReplyNotUnderstood(node, "no model in software-information", fragment(part))
    yield rows.Software(hostname=facts.hostname, model=facts.model, release=facts.release)


def engine(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.RoutingEngine]:
    found = need(part, "route-engine", node)
    yield rows.RoutingEngine(
        model=words(found, "model"),
        status=words(found, "status"),
        last_reboot_reason=words(found, "last-reboot-reason"),
    )


def cpu(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.CpuSample]:
    found = routing_engine(node, part)
    yield rows.CpuSample(busy_percent=found.cpu_percent, busy_1min_percent=found.cpu_1min_percent)


def var_tmp(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Filesystem]:
    """The one file system that holds ``/var/tmp``."""
    mounted = filesystems(node, need(part, "system-storage-information", node))
    found = filesystem_of(node, mounted, "/var/tmp")
    yield rows.Filesystem(
        mounted_on=found.mounted_on, available_bytes=found.free_bytes, total_bytes=found.total_bytes
    )


def stored_files(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.StoredFile]:
    for found in need(part, "directory-list", node).iter("file-information"):
        size, name = number(node, found, "file-size"), words(found, "file-name")
        if name and size is not None:
            yield rows.StoredFile(path=name, size_bytes=size)


def clock(part: Element, node: NodeName, asked: NodeName) -> Iterator[rows.NodeClock]:
    info = need(part, "system-uptime-information", node)
    facts = clock_facts(node, info)
    if facts.device_time is None or facts.booted_at is None:
        raise ReplyNotUnderstood(node, "no clock or no boot time", fragment(info))
    yield rows.NodeClock(
        device_time=facts.device_time,
        booted_at=facts.booted_at,
        time_source=words(info, "time-source"),
        configured_at=moment(info, "last-configured-time/date-time"),
        asked_of=asked,
    )


def alarms(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Alarm]:
    """Raises when neither "no active alarms" nor a count is there, or fewer alarms than counted."""
    info = need(part, "alarm-information", node)
    found = list(info.iter("alarm-detail"))
    if next(info.iter("no-active-alarms"), None) is None:
        counted = need_number(info, "alarm-summary/active-alarm-count", node)
        if len(found) < counted:
            raise ReplyNotUnderstood(node, f"{counted} alarms announced, {len(found)} listed", fragment(info))
    for one in found:
        yield rows.Alarm(
            alarm_class=need_words(one, "alarm-class", node),
            text=need_words(one, "alarm-description", node),
            kind=words(one, "alarm-type"),
            since=moment(one, "alarm-time"),
        )


def core_dumps(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.CoreDump]:
    """Lists of files, and "No such file or directory" in text where there are none."""
    shown = list(part.iter("directory-list", "output", "message"))
    if not any(len(one) or words(one, ".") for one in shown):
        raise ReplyNotUnderstood(node, "neither a list of files nor 'No such file'", fragment(part))
    for found in part.iter("file-information"):
        folder = next((str(a.get("name")) for a in found.iterancestors("directory") if a.get("name")), "")
        name = need_words(found, "file-name", node)
        path = name if name.startswith("/") or not folder else f"{folder.rstrip('/')}/{name}"
        yield rows.CoreDump(path=path, written_at=moment(found, "file-date"))
    for output in part.iter("output"):
        for line in lines(output):
            if match := _CORE_FILE.fullmatch(line.strip()):
                yield rows.CoreDump(path=match[1])
            elif not _NO_CORE_FILE.search(line):
                raise ReplyNotUnderstood(node, "neither a core file nor 'No such file'", line)


def logins(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Login]:
    """Raises when the count of users is missing, or another one than the list has."""
    info = need(part, "uptime-information", node)
    listed = list(info.iter("user-entry"))
    if need_number(info, "active-user-count", node) != len(listed):
        raise ReplyNotUnderstood(node, "another number of users than listed", fragment(info))
    for found in listed:
        yield rows.Login(
            user=need_words(found, "user", node),
            tty=words(found, "tty") or "",
            origin=words(found, "from"),
            idle=words(found, "idle-time"),
            command=words(found, "command"),
        )


def commits(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Commit]:
    """A commit confirmed waits for its confirmation while it is still number 0."""
    info = need(part, "commit-information", node)
    for found in info.iter("commit-history"):
        sequence = need_number(found, "sequence-number", node)
        comment = words(found, "comment") or words(found, "log")
        unconfirmed = found.find("commit-confirmed") is not None or "commit confirmed" in (comment or "")
        yield rows.Commit(
            number=sequence,
            user=words(found, "user"),
            committed_at=moment(found, "date-time"),
            comment=comment,
            is_pending=sequence == 0 and unconfirmed,
        )
    for line in lines(info):
        if "commit requested by" in line:  # a commit that waits for its time
            yield rows.Commit(number=0, user=None, committed_at=None, comment=line.strip(), is_pending=True)


def pending_install(part: Element, _: NodeName, __: NodeName) -> Iterator[rows.PendingInstall]:
    """No words = nothing is pending: an empty reply is this question's usual answer. Words with a result
    other than 1 are no pending install either (so Juniper's own library reads it)."""
    result = next((words(found, ".") for found in part.iter("package-result")), None)
    told = [words(found, ".") for found in part.iter("output")]
    text = " ".join(line for line in told if line)
    if text and result in (None, "1"):
        yield rows.PendingInstall(words=text)


def candidate(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.CandidateChange]:
    """``get-configuration compare="rollback"``: a patch, empty when nothing is uncommitted."""
    where, counts = "[edit]", dict[str, int]()
    for line in lines(need(part, "configuration-output", node)):
        if line.startswith("[edit"):
            where = line.strip()
        elif line[:1] in ("+", "-", "!"):
            counts[where] = counts.get(where, 0) + 1
        elif not line[:1].isspace():  # no line around a change either
            raise ReplyNotUnderstood(node, "not the words of a comparison", line)
    for place, count in counts.items():
        yield rows.CandidateChange(where=place, lines=count)


def pics(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Pic]:
    for fpc in need(part, "fpc-information", node).iter("fpc"):
        slot = need_number(fpc, "slot", node)
        for pic in fpc.iter("pic"):
            yield rows.Pic(
                fpc=slot,
                pic=need_number(pic, "pic-slot", node),
                kind=words(pic, "pic-type"),
                state=need_words(pic, "pic-state", node),
            )


def chassis(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Chassis]:
    """The serial number of the chassis itself, as the sticker and the inventory have it."""
    yield rows.Chassis(serial=words(need(part, "chassis", node), "serial-number"))


def modules(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Module]:
    """Routing engines, cards and PICs; optics differ between healthy nodes and are left out."""
    yield from _modules(need(part, "chassis", node), "")


def _modules(parent: Element, place: str) -> Iterator[rows.Module]:
    for found in parent:
        if not _MODULE.fullmatch(str(found.tag)):
            continue
        name = words(found, "name") or "?"
        here = f"{place}/{name}" if place else name
        if _CARD.match(name):
            yield rows.Module(place=here, kind=words(found, "description") or words(found, "model-number"))
        yield from _modules(found, here)


def licenses(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.License]:
    """Raises for a summary without content, and for a validity that is neither permanent nor a date."""
    summary = next(part.iter("license-summary-information", "license-usage-summary"), None)
    if summary is None or not (len(summary) or words(summary, ".")):
        raise ReplyNotUnderstood(node, "no license summary in the reply", fragment(part))
    for found in part.iter("feature-summary"):
        yield rows.License(
            name=need_words(found, "name", node),
            installed=_either(node, found, "licensed", "licenses-installed"),
            used=_either(node, found, "used-licensed", "licenses-used"),
            needed=_either(node, found, "needed", "licenses-needed"),
            expires_at=_end(node, found),
        )


def _end(node: NodeName, found: Element) -> datetime | None:
    """When it ends; None for a permanent one, and where neither validity nor end is shown."""
    validity, shown = words(found, "validity-type"), words(found, "end-date")
    end = moment(found, "end-date")
    if end is None and (shown or (validity or "permanent").lower() not in ("permanent", "invalid")):
        raise ReplyNotUnderstood(node, "validity of a license not understood", fragment(found))
    return end


def _either(node: NodeName, found: Element, name: str, older_name: str) -> int | None:
    return number(node, found, name if found.find(name) is not None else older_name)


def idp_packages(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.SignaturePackage]:
    """Raises when no version is shown: a box without IDP says so in words."""
    info = need(part, "idp-security-package-information", node)
    if words(info, "security-package-version") is None:
        raise ReplyNotUnderstood(node, "no version of the IDP package", fragment(info))
    for package, name in (("idp", "security-package-version"), ("idp-detector", "detector-version")):
        version = words(info, name)
        if version:
            yield rows.SignaturePackage(package=package, version=version)


def appid_package(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.SignaturePackage]:
    found = next(part.iter("version-detail"), None)
    if found is None:
        raise ReplyNotUnderstood(node, "no application package version", fragment(part))
    yield rows.SignaturePackage(package="appid", version=" ".join(" ".join(lines(found)).split()))
