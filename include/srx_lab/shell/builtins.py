"""The shell's commands. Each takes the shell, its arguments and its streams, and gives a status."""

from __future__ import annotations

import asyncio
import hashlib
import re
import shutil
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from srx_lab.shell.streams import Streams

if TYPE_CHECKING:
    from srx_lab.shell.interpreter import Shell

Builtin = Callable[["Shell", list[str], Streams], Awaitable[int]]


def _split(arguments: list[str]) -> tuple[set[str], list[str]]:
    """Letters of the flags, and the rest."""
    flags = {letter for each in arguments if each.startswith("-") and len(each) > 1 for letter in each[1:]}
    return flags, [each for each in arguments if not each.startswith("-") or each == "-"]


def _file(shell: Shell, path: str) -> Path:
    return shell.device.files.host_path(path, cwd=shell.cwd)


async def _complain(streams: Streams, text: str) -> int:
    await streams.err.write(text + "\n")
    return 1


async def cd(shell: Shell, arguments: list[str], streams: Streams) -> int:
    target = arguments[0] if arguments else shell.device.files.home
    path = _file(shell, target)
    if not path.is_dir():
        return await _complain(streams, f"{target}: No such file or directory.")
    shell.cwd = shell.device.files.device_path(path)
    return 0


async def pwd(shell: Shell, arguments: list[str], streams: Streams) -> int:
    await streams.out.write(shell.cwd + "\n")
    return 0


async def ls(shell: Shell, arguments: list[str], streams: Streams) -> int:
    flags, paths = _split(arguments)
    status = 0
    for path in paths or ["."]:
        entries = shell.device.files.list_folder(shell.device.files.device_path(_file(shell, path)))
        if entries is None:
            await streams.err.write(f"ls: {path}: No such file or directory\n")
            status = 1
            continue
        for entry in entries:
            name = path if _file(shell, path).is_file() else entry.name
            at = datetime.fromtimestamp(entry.modified, UTC)
            mode = "drwxr-xr-x" if entry.is_folder else "-rw-r--r--"
            long = f"{mode}  1 root  wheel  {entry.size:>11} {at:%b} {at.day:2d} {at:%H:%M} "
            await streams.out.write((long if "l" in flags else "") + name + "\n")
    return status


async def mkdir(shell: Shell, arguments: list[str], streams: Streams) -> int:
    flags, paths = _split(arguments)
    for path in paths:
        try:
            _file(shell, path).mkdir(parents="p" in flags, exist_ok="p" in flags)
        except OSError as error:
            return await _complain(streams, f"mkdir: {path}: {error.strerror}")
    return 0


async def cat(shell: Shell, arguments: list[str], streams: Streams) -> int:
    if not arguments:
        await streams.out.write(streams.stdin)
    for path in arguments:
        file = _file(shell, path)
        if not file.is_file():
            return await _complain(streams, f"cat: {path}: No such file or directory")
        await streams.out.write(file.read_text("utf-8", "replace"))
    return 0


async def rm(shell: Shell, arguments: list[str], streams: Streams) -> int:
    flags, paths = _split(arguments)
    for path in paths:
        file = _file(shell, path)
        if file.is_dir() and flags & {"r", "R"}:
            shutil.rmtree(file)
        elif file.is_file():
            file.unlink()
            shell.device.record("file_deleted", path=path)
        elif "f" not in flags:
            return await _complain(streams, f"rm: {path}: No such file or directory")
    return 0


async def mv(shell: Shell, arguments: list[str], streams: Streams) -> int:
    return await _transfer(shell, arguments, streams, shutil.move)


async def cp(shell: Shell, arguments: list[str], streams: Streams) -> int:
    return await _transfer(shell, arguments, streams, shutil.copyfile)


async def _transfer(
    shell: Shell, arguments: list[str], streams: Streams, how: Callable[[Path, Path], object]
) -> int:
    _, paths = _split(arguments)
    if len(paths) != 2:
        return await _complain(streams, "usage: source target")
    source, target = (_file(shell, path) for path in paths)
    if not source.exists():
        return await _complain(streams, f"{paths[0]}: No such file or directory")
    await asyncio.to_thread(how, source, target / source.name if target.is_dir() else target)
    return 0


async def echo(shell: Shell, arguments: list[str], streams: Streams) -> int:
    newline = "\n"
    if arguments[:1] == ["-n"]:
        arguments, newline = arguments[1:], ""
    await streams.out.write(" ".join(arguments) + newline)
    return 0


async def printf(shell: Shell, arguments: list[str], streams: Streams) -> int:
    form, rest = (arguments or [""])[0], iter(arguments[1:])
    text = form.replace("\\n", "\n").replace("\\t", "\t")
    await streams.out.write(re.sub(r"%[sd]", lambda _: next(rest, ""), text))
    return 0


async def test(shell: Shell, arguments: list[str], streams: Streams) -> int:
    words = [word for word in arguments if word != "]"]
    negated = words[:1] == ["!"]
    return int(_holds(shell, words[1:] if negated else words) is negated)


def _holds(shell: Shell, words: list[str]) -> bool:
    match words:
        case ["-f", path]:
            return _file(shell, path).is_file()
        case ["-d", path]:
            return _file(shell, path).is_dir()
        case ["-e" | "-r" | "-w", path]:
            return _file(shell, path).exists()
        case ["-s", path]:
            return _file(shell, path).is_file() and _file(shell, path).stat().st_size > 0
        case ["-n", text]:
            return bool(text)
        case ["-z", text]:
            return not text
        case ["-z"]:
            return True
        case [one, "=" | "==", other]:
            return one == other
        case [one, "!=", other]:
            return one != other
        case [one, ("-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge") as how, other]:
            return _compares(int(one or 0), how, int(other or 0))
        case [text]:
            return bool(text)
        case _:
            return False


def _compares(one: int, how: str, other: int) -> bool:
    return {
        "-eq": one == other,
        "-ne": one != other,
        "-lt": one < other,
        "-le": one <= other,
        "-gt": one > other,
        "-ge": one >= other,
    }[how]


def _digest(method: str, label: str) -> Builtin:
    async def run(shell: Shell, arguments: list[str], streams: Streams) -> int:
        flags, paths = _split(arguments)
        if not paths:
            await streams.out.write(hashlib.new(method, streams.stdin.encode()).hexdigest() + "\n")
            return 0
        for path in paths:
            device_path = shell.device.files.device_path(_file(shell, path))
            digest = await asyncio.to_thread(shell.device.files.digest, device_path, method)
            if digest is None:
                return await _complain(streams, f"{label.lower()}: {path}: No such file or directory")
            await streams.out.write((digest if "q" in flags else f"{label} ({path}) = {digest}") + "\n")
        return 0

    return run


async def cli(shell: Shell, arguments: list[str], streams: Streams) -> int:
    """`cli -c 'command; command'`, or an interactive CLI on the terminal."""
    from srx_lab.cli.interactive import InteractiveCli  # noqa: PLC0415 - the CLI starts shells, too
    from srx_lab.cli.once import run_once  # noqa: PLC0415

    if "-c" in arguments:
        text = arguments[arguments.index("-c") + 1]
        return await run_once(shell.device, shell.session, text, streams.out.write, stdin=streams.stdin)
    return await InteractiveCli(device=shell.device, session=shell.session, terminal=shell.terminal).run()


async def sh(shell: Shell, arguments: list[str], streams: Streams) -> int:
    """`sh -c text`, `sh file`, or an interactive shell."""
    from dataclasses import replace  # noqa: PLC0415

    inner = replace(shell, variables=dict(shell.variables))
    if "-c" in arguments:
        return await inner.run_text(arguments[arguments.index("-c") + 1], streams)
    _, paths = _split(arguments)
    if paths:
        file = _file(shell, paths[0])
        if not file.is_file():
            return await _complain(streams, f"{paths[0]}: No such file or directory")
        return await inner.run_text(file.read_text("utf-8"), streams)
    if streams.stdin:
        return await inner.run_text(streams.stdin, streams)
    return await inner.interact()


async def through(shell: Shell, arguments: list[str], streams: Streams) -> int:
    """nohup, exec, env, time: run what follows."""
    return await shell.run_words(arguments, streams) if arguments else 0


async def kill(shell: Shell, arguments: list[str], streams: Streams) -> int:
    probing = "-0" in arguments
    status = 0
    for each in arguments:
        if not each.isdigit():
            continue
        job = shell.device.jobs.get(int(each))
        if job is None:
            await streams.err.write(f"{each}: No such process\n")
            status = 1
        elif not probing:
            job.cancel()
            await asyncio.sleep(0)
    return status


async def ps(shell: Shell, arguments: list[str], streams: Streams) -> int:
    await streams.out.write("  PID  TT  STAT      TIME COMMAND\n")
    for pid in sorted(shell.device.jobs):
        await streams.out.write(f"{pid:5d}  ??  S      0:00.01 sh (job)\n")
    await streams.out.write(f"{shell.pid:5d}  p0  Ss     0:00.02 -csh (csh)\n")
    return 0


async def leave(shell: Shell, arguments: list[str], streams: Streams) -> int:
    from srx_lab.shell.interpreter import Exit  # noqa: PLC0415

    raise Exit(int(arguments[0]) if arguments else shell.status)


async def sleep(shell: Shell, arguments: list[str], streams: Streams) -> int:
    clock = shell.device.cluster.lab.clock
    await asyncio.sleep(clock.wall_s(float(arguments[0]) if arguments else 0.0))
    return 0


async def _input_lines(shell: Shell, paths: list[str], streams: Streams) -> list[str] | None:
    if not paths:
        return streams.stdin.splitlines()
    lines: list[str] = []
    for path in paths:
        file = _file(shell, path)
        if not file.is_file():
            await streams.err.write(f"{path}: No such file or directory\n")
            return None
        lines += file.read_text("utf-8", "replace").splitlines()
    return lines


def _count_and_paths(arguments: list[str], default: int) -> tuple[int, list[str]]:
    count, paths, words = default, [], iter(arguments)
    for word in words:
        if word in {"-n", "-c"}:
            count = int(next(words, str(default)).lstrip("+"))
        elif re.fullmatch(r"-n?\d+", word):
            count = int(word.lstrip("-n"))
        else:
            paths.append(word)
    return count, paths


async def tail(shell: Shell, arguments: list[str], streams: Streams) -> int:
    count, paths = _count_and_paths(arguments, 10)
    lines = await _input_lines(shell, paths, streams)
    if lines is None:
        return 1
    from_start = any(word.startswith("+") for word in arguments)
    chosen = lines[count - 1 :] if from_start else lines[-count:]
    await streams.out.write("".join(line + "\n" for line in chosen if count))
    return 0


async def head(shell: Shell, arguments: list[str], streams: Streams) -> int:
    count, paths = _count_and_paths(arguments, 10)
    lines = await _input_lines(shell, paths, streams)
    if lines is None:
        return 1
    await streams.out.write("".join(line + "\n" for line in lines[:count]))
    return 0


async def grep(shell: Shell, arguments: list[str], streams: Streams) -> int:
    flags, rest = _split(arguments)
    lines = await _input_lines(shell, rest[1:], streams)
    if lines is None or not rest:
        return 2
    wanted = re.compile(rest[0], re.IGNORECASE if "i" in flags else 0)
    found = [line for line in lines if bool(wanted.search(line)) is ("v" not in flags)]
    if "q" not in flags:
        await streams.out.write(f"{len(found)}\n" if "c" in flags else "".join(line + "\n" for line in found))
    return 0 if found else 1


async def wc(shell: Shell, arguments: list[str], streams: Streams) -> int:
    flags, paths = _split(arguments)
    if paths:
        file = _file(shell, paths[0])
        if not file.is_file():
            return await _complain(streams, f"wc: {paths[0]}: No such file or directory")
        content = file.read_bytes()
    else:
        content = streams.stdin.encode()
    figures = {"l": content.count(b"\n"), "w": len(content.split()), "c": len(content)}
    chosen = [str(value) for key, value in figures.items() if not flags or key in flags]
    await streams.out.write(
        " ".join(f"{each:>8}" for each in chosen) + (f" {paths[0]}" if paths else "") + "\n"
    )
    return 0


async def touch(shell: Shell, arguments: list[str], streams: Streams) -> int:
    for path in arguments:
        _file(shell, path).touch()
    return 0


async def stat(shell: Shell, arguments: list[str], streams: Streams) -> int:
    """FreeBSD's `stat -f %z file`; without -f a short line."""
    form = arguments[arguments.index("-f") + 1] if "-f" in arguments else None
    paths = [each for each in arguments if each not in {"-f", form, "-L"}]
    for path in paths:
        file = _file(shell, path)
        if not file.exists():
            return await _complain(streams, f"stat: {path}: stat: No such file or directory")
        facts = file.stat()
        text = (
            (form or "%N %z")
            .replace("%z", str(facts.st_size))
            .replace("%N", path)
            .replace("%m", str(int(facts.st_mtime)))
        )
        await streams.out.write(text + "\n")
    return 0


async def df(shell: Shell, arguments: list[str], streams: Streams) -> int:
    disk = shell.device.world.spec.disk
    total_kb, free_kb = disk.var_mb * 1024, shell.device.files.free_bytes() // 1024
    used_kb = total_kb - free_kb
    await streams.out.write("Filesystem      1024-blocks      Used     Avail Capacity  Mounted on\n")
    await streams.out.write(
        f"/dev/gpt/var   {total_kb:>12} {used_kb:>9} {free_kb:>9}   {used_kb * 100 // total_kb:3d}%    /.mount/var\n"
    )
    return 0


async def date(shell: Shell, arguments: list[str], streams: Streams) -> int:
    shell.device.cluster.touch()
    moment = shell.device.world.device_time(shell.device.node)
    if arguments and arguments[-1].startswith("+"):
        form = arguments[-1][1:].replace("%s", str(int(moment.timestamp())))
        await streams.out.write(moment.strftime(form) + "\n")
    else:
        await streams.out.write(f"{moment:%a %b} {moment.day:2d} {moment:%H:%M:%S} UTC {moment:%Y}\n")
    return 0


def _fixed(make: Callable[[Shell], str]) -> Builtin:
    async def run(shell: Shell, arguments: list[str], streams: Streams) -> int:
        await streams.out.write(make(shell) + "\n")
        return 0

    return run


async def true(shell: Shell, arguments: list[str], streams: Streams) -> int:
    return 0


async def false(shell: Shell, arguments: list[str], streams: Streams) -> int:
    return 1


async def wait(shell: Shell, arguments: list[str], streams: Streams) -> int:
    jobs = [
        shell.device.jobs[int(each)]
        for each in arguments
        if each.isdigit() and int(each) in shell.device.jobs
    ]
    jobs = jobs or [shell.device.jobs[pid] for pid in shell.hangup_jobs if pid in shell.device.jobs]
    return (await asyncio.gather(*jobs))[-1] if jobs else 0


BUILTINS: dict[str, Builtin] = {
    "cd": cd, "pwd": pwd, "ls": ls, "mkdir": mkdir, "cat": cat, "rm": rm, "mv": mv, "cp": cp, "echo": echo,
    "printf": printf, "test": test, "[": test, "cli": cli, "sh": sh, "csh": sh, "nohup": through,
    "exec": through, "env": through, "time": through, "kill": kill, "ps": ps, "exit": leave, "logout": leave,
    "sleep": sleep, "tail": tail, "head": head, "grep": grep, "wc": wc, "touch": touch, "stat": stat, "df": df,
    "date": date, "true": true, "false": false, ":": true, "export": true, "set": true, "unset": true,
    "stty": true, "umask": true, "chmod": true, "sync": true, "wait": wait, "trap": true,
    "md5": _digest("md5", "MD5"), "sha1": _digest("sha1", "SHA1"), "sha256": _digest("sha256", "SHA256"),
    "hostname": _fixed(lambda shell: shell.device.host_name),
    "whoami": _fixed(lambda shell: shell.device.user),
    "id": _fixed(lambda shell: f"uid=2000({shell.device.user}) gid=20(staff) groups=20(staff), 0(wheel)"),
    "uname": _fixed(lambda shell: f"FreeBSD {shell.device.host_name} JNPR-12.1 amd64"),
    "tty": _fixed(lambda shell: "/dev/pts/0"),
}  # fmt: skip
