"""Shell commands on files and folders."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from srx_lab.shell.builtin import Builtin, complain, file_of, split_flags
from srx_lab.shell.process import Process
from srx_lab.streams import Streams

# ruff: noqa: ARG001 - every builtin takes shell, arguments and streams


async def cd(shell: Process, arguments: list[str], streams: Streams) -> int:
    target = arguments[0] if arguments else shell.device.files.home
    path = file_of(shell, target)
    if not path.is_dir():
        return await complain(streams, f"{target}: No such file or directory.")
    shell.cwd = shell.device.files.device_path(path)
    return 0


async def pwd(shell: Process, arguments: list[str], streams: Streams) -> int:
    await streams.out.write(shell.cwd + "\n")
    return 0


async def ls(shell: Process, arguments: list[str], streams: Streams) -> int:
    flags, paths = split_flags(arguments)
    status = 0
    for path in paths or ["."]:
        entries = shell.device.files.list_folder(shell.device.files.device_path(file_of(shell, path)))
        if entries is None:
            await streams.err.write(f"ls: {path}: No such file or directory\n")
            status = 1
            continue
        for entry in entries:
            name = path if file_of(shell, path).is_file() else entry.name
            at = datetime.fromtimestamp(entry.modified, UTC)
            mode = "drwxr-xr-x" if entry.is_folder else "-rw-r--r--"
            long = f"{mode}  1 root  wheel  {entry.size:>11} {at:%b} {at.day:2d} {at:%H:%M} "
            await streams.out.write((long if "l" in flags else "") + name + "\n")
    return status


async def mkdir(shell: Process, arguments: list[str], streams: Streams) -> int:
    flags, paths = split_flags(arguments)
    for path in paths:
        try:
            file_of(shell, path).mkdir(parents="p" in flags, exist_ok="p" in flags)
        except OSError as error:
            return await complain(streams, f"mkdir: {path}: {error.strerror}")
    return 0


async def cat(shell: Process, arguments: list[str], streams: Streams) -> int:
    if not arguments:
        await streams.out.write(streams.stdin)
    for path in arguments:
        file = file_of(shell, path)
        if not file.is_file():
            return await complain(streams, f"cat: {path}: No such file or directory")
        await streams.out.write(file.read_text("utf-8", "replace"))
    return 0


async def rm(shell: Process, arguments: list[str], streams: Streams) -> int:
    flags, paths = split_flags(arguments)
    for path in paths:
        file = file_of(shell, path)
        if file.is_dir() and flags & {"r", "R"}:
            shutil.rmtree(file)
        elif file.is_file():
            file.unlink()
            shell.device.record("file_deleted", path=path)
        elif "f" not in flags:
            return await complain(streams, f"rm: {path}: No such file or directory")
    return 0


async def mv(shell: Process, arguments: list[str], streams: Streams) -> int:
    return await _transfer(shell, arguments, streams, shutil.move)


async def cp(shell: Process, arguments: list[str], streams: Streams) -> int:
    return await _transfer(shell, arguments, streams, shutil.copyfile)


async def _transfer(
    shell: Process, arguments: list[str], streams: Streams, how: Callable[[Path, Path], object]
) -> int:
    _, paths = split_flags(arguments)
    if len(paths) != 2:
        return await complain(streams, "usage: source target")
    source, target = (file_of(shell, path) for path in paths)
    if not source.exists():
        return await complain(streams, f"{paths[0]}: No such file or directory")
    await asyncio.to_thread(how, source, target / source.name if target.is_dir() else target)
    return 0


async def touch(shell: Process, arguments: list[str], streams: Streams) -> int:
    for path in arguments:
        file_of(shell, path).touch()
    return 0


async def stat(shell: Process, arguments: list[str], streams: Streams) -> int:
    """FreeBSD's `stat -f %z file`; without -f a short line."""
    form = arguments[arguments.index("-f") + 1] if "-f" in arguments else None
    paths = [each for each in arguments if each not in {"-f", form, "-L"}]
    for path in paths:
        file = file_of(shell, path)
        if not file.exists():
            return await complain(streams, f"stat: {path}: stat: No such file or directory")
        facts = file.stat()
        text = (
            (form or "%N %z")
            .replace("%z", str(facts.st_size))
            .replace("%N", path)
            .replace("%m", str(int(facts.st_mtime)))
        )
        await streams.out.write(text + "\n")
    return 0


async def df(shell: Process, arguments: list[str], streams: Streams) -> int:
    disk = shell.device.world.spec.disk
    total_kb, free_kb = disk.var_mb * 1024, shell.device.files.free_bytes() // 1024
    used_kb = total_kb - free_kb
    percent = used_kb * 100 // total_kb
    await streams.out.write("Filesystem      1024-blocks      Used     Avail Capacity  Mounted on\n")
    await streams.out.write(
        f"/dev/gpt/var   {total_kb:>12} {used_kb:>9} {free_kb:>9}   {percent:3d}%    /.mount/var\n"
    )
    return 0


FILE_BUILTINS: dict[str, Builtin] = {
    "cd": cd,
    "pwd": pwd,
    "ls": ls,
    "mkdir": mkdir,
    "cat": cat,
    "rm": rm,
    "mv": mv,
    "cp": cp,
    "touch": touch,
    "stat": stat,
    "df": df,
}
