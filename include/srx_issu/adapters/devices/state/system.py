"""Rows about the nodes themselves: software, space, time, core dumps, logins, commits, installs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from srx_issu.adapters.devices.next_boot import PENDING
from srx_issu.adapters.devices.parse.capacity import filesystem_of, filesystems
from srx_issu.adapters.devices.parse.reply import Element, fragment, number
from srx_issu.adapters.devices.parse.system import clock_facts, software_facts
from srx_issu.adapters.devices.question import Question, by_rpc_or_cli
from srx_issu.adapters.devices.questions import SOFTWARE, UPTIME
from srx_issu.adapters.devices.state.reply import lines, moment, need, need_number, need_words, words
from srx_issu.adapters.devices.state.table_question import NO_SUCH_FILE, TableQuestion, of_both, of_each
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood
from srx_issu.domain.upgrade.rpc import Rpc

_RESCUE_FILE = "/config/rescue.conf.gz"
_NO_CORE_FILE = re.compile(r"no such file|^\s*total\b|:\s*$", re.IGNORECASE)
_CORE_FILE = re.compile(r"-[rwxsStT-]{9}\S*\s+\d+\s.*\s(\S*core\S*)")


def software(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Software]:
    facts = software_facts(node, need(part, "software-information", node))
    if facts.model is None:
        raise ReplyNotUnderstood(node, "no model in software-information", fragment(part))
    yield rows.Software(hostname=facts.hostname, model=facts.model, release=facts.release)


def packages(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Package]:
    """In the reply to ``show version``; the build in brackets changes with every release."""
    info = need(part, "software-information", node)
    found = list(info.iter("package-information"))
    if not found:
        raise ReplyNotUnderstood(node, "no package in software-information", fragment(info))
    for package in found:
        title = words(package, "comment")
        yield rows.Package(
            name=need_words(package, "name", node), title=title.partition(" [")[0] if title else None
        )


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


def rescue_file(part: Element, node: NodeName, asked: NodeName) -> Iterator[rows.StoredFile]:
    """The file, or "No such file"; a list with neither says nothing."""
    found = list(stored_files(part, node, asked))
    if not found and not any(NO_SUCH_FILE.search(line) for line in lines(part)):
        raise ReplyNotUnderstood(node, "neither the file nor 'No such file'", fragment(part))
    yield from found


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


COMMITS = by_rpc_or_cli("get-commit-information", "show system commit")


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


def pending_install(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.PendingInstall]:
    """No words = nothing is pending: an empty reply is this question's usual answer. Words with a result of 0
    are no pending install either (so Juniper's own library reads it); with any other but 1 they tell nothing.
    """
    result = next((words(found, ".") for found in part.iter("package-result")), None)
    told = [words(found, ".") for found in part.iter("output")]
    text = " ".join(line for line in told if line)
    if text and result not in (None, "0", "1"):
        raise ReplyNotUnderstood(node, f"a result of {result!r}, expected 0 or 1", text)
    if text and result != "0":
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


USERS = by_rpc_or_cli("get-system-users-information", "show system users")

QUESTIONS = (
    of_both("software", software, SOFTWARE),
    of_both("packages", packages, SOFTWARE),
    of_both("clocks", clock, UPTIME),
    of_both("var_tmp", var_tmp, by_rpc_or_cli("get-system-storage", "show system storage")),
    of_both(
        "core_dumps",
        core_dumps,
        by_rpc_or_cli("get-system-core-dumps", "show system core-dumps"),
        NO_SUCH_FILE,
    ),
    of_both("logins", logins, USERS),
    of_each("commits", commits, COMMITS),
    of_each(
        "candidate",
        candidate,
        Question(
            rpc=Rpc("get-configuration"),
            attributes=(
                ("database", "candidate"),
                ("compare", "rollback"),
                ("rollback", "0"),
                ("format", "text"),
            ),
        ),
    ),
    of_each(
        "rescue_files",
        rescue_file,
        Question(rpc=Rpc("file-list", (("path", _RESCUE_FILE), ("detail", None)))),
        NO_SUCH_FILE,
    ),
    of_each("pending_install", pending_install, PENDING),
)


def image_question(image_path: str) -> TableQuestion:
    """Whether the image is already on the nodes, and how much of it. The guide wants it in /var/tmp."""
    listing = Question(rpc=Rpc("file-list", (("path", image_path), ("detail", None))))
    return of_each("images", stored_files, listing, NO_SUCH_FILE)
