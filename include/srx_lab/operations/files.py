"""`file ...`, checksums and logs."""

# ruff: noqa: ARG001 - every operation takes device, query and session

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime

from srx_lab.device import Device
from srx_lab.files import Entry, split_node_prefix
from srx_lab.markup import Element, leaf, node
from srx_lab.operations.operation import Run
from srx_lab.replies import text
from srx_lab.replies.answer import Part, Reply, complaint
from srx_lab.replies.installed import pending_in_sets
from srx_lab.replies.logs import log_lines
from srx_lab.replies.scene import Query
from srx_lab.session import Session

_RESCUE = "/config/rescue.conf.gz"
_PENDING_SET = "/packages/sets/pending"


def _where(device: Device, path: str) -> tuple[Device, str]:
    """The device a path means, `node1:/x` being the peer's."""
    prefix, rest = split_node_prefix(path)
    return (device.both[prefix] if prefix else device), rest


def _date(moment: float) -> str:
    at = datetime.fromtimestamp(moment, UTC)
    return f"{at:%b} {at.day:2d} {at:%H:%M}"


async def list_files(device: Device, query: Query, session: Session) -> Reply:
    """A folder carries its name as an attribute; a missing path is an output inside the list [P]."""
    asked = query.get("path") or session.directory or device.files.home
    target, path = _where(device, asked.replace("~", device.files.home, 1))
    entries = _entries(target, path)
    ns = device.here.release.body_namespace("junos")
    if entries is None:
        message = f"{path}: No such file or directory"
        return Reply(
            parts=(node("directory-list", leaf("output", message, padded=True), ns=ns),),
            lines=iter((message,)),
        )
    detail = query.has("detail") or query.get("style") == "detail"
    is_folder = target.files.host_path(path).is_dir()
    rows = [_file(entry, path, detail=detail) for entry in entries]
    total = (leaf("total-files", len(entries)),) if detail else ()
    folder = node("directory", *rows, *total, **({"name": path.rstrip("/")} if is_folder else {}))
    root = {"root_path": path.rstrip("/")} if is_folder else {}
    body = node("directory-list", folder, ns=ns, **root, junos_style="detail" if detail else "brief")
    return Reply(parts=(body,), lines=iter(list(text.directory(body))))


def _entries(target: Device, path: str) -> list[Entry] | None:
    if path.rstrip("/") == _PENDING_SET:
        return _pending_set(target)
    return _rescue(target) if path == _RESCUE else target.files.list_folder(path)


def _pending_set(target: Device) -> list[Entry] | None:
    """The packages that the next boot takes, on releases that keep sets of packages [U]."""
    pending = pending_in_sets(target.scene())
    if pending is None:
        return None
    name = f"junos-runtime-{pending.text}"
    return [Entry(name=name, path=f"{_PENDING_SET}/{name}", size=0, modified=0.0, is_folder=False)]


def _rescue(target: Device) -> list[Entry] | None:
    """The rescue configuration, which the lab has no content of."""
    if not target.here.rescue_saved:
        return None
    name = _RESCUE.rpartition("/")[2]
    return [Entry(name=name, path=_RESCUE, size=4096, modified=target.here.booted_at, is_folder=False)]


def _file(entry: Entry, asked: str, *, detail: bool) -> Element:
    name = entry.path if entry.path == asked or "*" in asked else entry.name
    kind = node("file-directory") if entry.is_folder else None
    if not detail:
        return node("file-information", leaf("file-name", name), kind)
    mode, shown = ("755", "drwxr-xr-x") if entry.is_folder else ("644", "-rw-r--r--")
    return node(
        "file-information",
        leaf("file-name", name),
        kind,
        leaf("file-permissions", mode, junos_format=shown),
        leaf("file-owner", "root"),
        leaf("file-group", "wheel"),
        leaf("file-links", 1),
        leaf("file-size", entry.size),
        leaf("file-date", int(entry.modified), junos_format=_date(entry.modified)),
    )


async def set_directory(device: Device, query: Query, session: Session) -> Reply:
    """`set cli directory`; a folder that is not there is refused."""
    path = query.get("directory") or ""
    if not device.files.host_path(path).is_dir():
        return complaint(f"error: could not change directory to {path}: No such file or directory")
    session.directory = path
    return _directory(device, session)


async def show_directory(device: Device, query: Query, session: Session) -> Reply:
    return _directory(device, session)


def _directory(device: Device, session: Session) -> Reply:
    path = session.directory or device.files.home
    body = node("cli", leaf("working-directory", path))
    return Reply(parts=(body,), lines=iter((f"Current directory: {path}",)))


async def show_file(device: Device, query: Query, session: Session) -> Reply:
    target, path = _where(device, query.get("filename") or "")
    return await _content(target, path)


async def show_log(device: Device, query: Query, session: Session) -> Reply:
    """Of the local node only."""
    return await _content(device, f"/var/log/{query.get('filename') or 'messages'}")


async def _content(device: Device, path: str) -> Reply:
    """Of a log, what stood in it before, and behind it what the node has written since it is played."""
    file = device.files.host_path(path)
    since = await asyncio.to_thread(file.read_text, "utf-8", "replace") if file.is_file() else None
    before = log_lines(device.scene(), path, is_older=since is not None)
    if since is None and before is None:
        return complaint(f"could not resolve file: {path}")
    content = "".join((*(f"{line}\n" for line in before or ()), since or ""))
    body = leaf("file-content", content, padded=True, encoding="text")
    return Reply(parts=(body,), lines=iter(content.rstrip("\n").split("\n")))


async def delete_file(device: Device, query: Query, session: Session) -> Reply:
    """Nothing when done, an output with rm's complaint otherwise [P]."""
    target, path = _where(device, query.get("path") or "")
    entries = target.files.list_folder(path) if "*" in path else None
    gone = [entry.path for entry in entries or ()] or [path]
    if not all(target.files.host_path(each).is_file() for each in gone):
        message = f"rm: {path}: No such file or directory"
        return Reply(parts=(leaf("output", message, padded=True),), lines=iter((message,)))
    for each in gone:
        target.files.host_path(each).unlink()
        target.record("file_deleted", path=each)
    return Reply(lines=iter(()))


async def rename_file(device: Device, query: Query, session: Session) -> Reply:
    source = device.files.host_path(query.get("source") or "")
    if not source.is_file():
        return complaint(f"{query.get('source')}: No such file or directory")
    source.rename(device.files.host_path(query.get("destination") or ""))
    return Reply(lines=iter(()))


async def copy_file(device: Device, query: Query, session: Session) -> Reply:
    source_device, source = _where(device, query.get("source") or "")
    target_device, destination = _where(device, query.get("destination") or "")
    file = source_device.files.host_path(source)
    if not file.is_file():
        return complaint(f"{source}: No such file or directory")
    if file.stat().st_size > target_device.files.free_bytes():
        return complaint(f"{destination}: No space left on device")
    target = target_device.files.host_path(destination)
    if target.is_dir():
        target = target / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    await asyncio.to_thread(shutil.copyfile, file, target)
    target_device.record(
        "file_copied", path=target_device.files.device_path(target), size=target.stat().st_size
    )
    return Reply(lines=iter(()))


def checksum(method: str, shown: str) -> Run:
    """By md5, sha1 or sha256, under the name that is shown."""

    async def run(device: Device, query: Query, session: Session) -> Reply:
        target, path = _where(device, query.get("path") or "")
        digest = await asyncio.to_thread(target.files.digest, path, method)
        if digest is None:
            return _no_such_file(method, path)
        body = node(
            "checksum-information",
            node(
                "file-checksum",
                leaf("computation-method", shown),
                leaf("input-file", path),
                leaf("checksum", digest),
            ),
        )
        return Reply(parts=(body,), lines=iter(list(text.checksum(body))))

    return run


def _no_such_file(method: str, path: str) -> Reply:
    """The rpc-error sits inside file-checksum [R]."""
    message = f"{method}: {path}: No such file or directory"
    error = node("rpc-error", leaf("error-severity", "error"), leaf("error-message", message, padded=True))
    parts: tuple[Part, ...] = (node("checksum-information", node("file-checksum", error)),)
    return Reply(parts=parts, lines=iter((f"error: {message}",)))
