"""Shell commands on text: echo, test, digests, filters."""

from __future__ import annotations

import asyncio
import hashlib
import re

from srx_lab.shell.builtin import Builtin, complain, file_of, split_flags
from srx_lab.shell.process import Process
from srx_lab.streams import Streams

# ruff: noqa: ARG001 - every builtin takes shell, arguments and streams

_FIGURE = re.compile(r"\s*[+-]?[0-9]+\s*")


async def echo(shell: Process, arguments: list[str], streams: Streams) -> int:
    newline = "\n"
    if arguments[:1] == ["-n"]:
        arguments, newline = arguments[1:], ""
    await streams.out.write(" ".join(arguments) + newline)
    return 0


async def printf(shell: Process, arguments: list[str], streams: Streams) -> int:
    form, rest = (arguments or [""])[0], iter(arguments[1:])
    text = form.replace("\\n", "\n").replace("\\t", "\t")
    await streams.out.write(re.sub(r"%[sd]", lambda _: next(rest, ""), text))
    return 0


async def test(shell: Process, arguments: list[str], streams: Streams) -> int:
    words = [word for word in arguments if word != "]"]
    negated = words[:1] == ["!"]
    asked = words[1:] if negated else words
    if wrong := _no_figure(asked):
        await streams.err.write(f"test: {wrong}: bad number\n")
        return 2
    return int(_holds(shell, asked) is negated)


def _no_figure(words: list[str]) -> str | None:
    """The word that is compared as a figure and is none, quoted where it is empty; None when all are."""
    match words:
        case [one, "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge", other]:
            return next((each or "''" for each in (one, other) if not _FIGURE.fullmatch(each)), None)
        case ["-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" as how, _]:  # what stood before it was empty
            return how
        case _:
            return None


def _holds(shell: Process, words: list[str]) -> bool:  # noqa: PLR0911 - one form a line
    match words:
        case ["-f", path]:
            return file_of(shell, path).is_file()
        case ["-d", path]:
            return file_of(shell, path).is_dir()
        case ["-e" | "-r" | "-w", path]:
            return file_of(shell, path).exists()
        case ["-s", path]:
            return file_of(shell, path).is_file() and file_of(shell, path).stat().st_size > 0
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
            return _compares(int(one), how, int(other))
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
    async def run(shell: Process, arguments: list[str], streams: Streams) -> int:
        flags, paths = split_flags(arguments)
        if not paths:
            await streams.out.write(hashlib.new(method, streams.stdin.encode()).hexdigest() + "\n")
            return 0
        for path in paths:
            device_path = shell.device.files.device_path(file_of(shell, path))
            digest = await asyncio.to_thread(shell.device.files.digest, device_path, method)
            if digest is None:
                return await complain(streams, f"{label.lower()}: {path}: No such file or directory")
            await streams.out.write((digest if "q" in flags else f"{label} ({path}) = {digest}") + "\n")
        return 0

    return run


async def _input_lines(shell: Process, paths: list[str], streams: Streams) -> list[str] | None:
    if not paths:
        return streams.stdin.splitlines()
    lines: list[str] = []
    for path in paths:
        file = file_of(shell, path)
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


async def tail(shell: Process, arguments: list[str], streams: Streams) -> int:
    count, paths = _count_and_paths(arguments, 10)
    lines = await _input_lines(shell, paths, streams)
    if lines is None:
        return 1
    from_start = any(word.startswith("+") for word in arguments)
    chosen = lines[count - 1 :] if from_start else lines[-count:]
    await streams.out.write("".join(line + "\n" for line in chosen if count))
    return 0


async def head(shell: Process, arguments: list[str], streams: Streams) -> int:
    count, paths = _count_and_paths(arguments, 10)
    lines = await _input_lines(shell, paths, streams)
    if lines is None:
        return 1
    await streams.out.write("".join(line + "\n" for line in lines[:count]))
    return 0


async def grep(shell: Process, arguments: list[str], streams: Streams) -> int:
    flags, rest = split_flags(arguments)
    lines = await _input_lines(shell, rest[1:], streams)
    if lines is None or not rest:
        return 2
    wanted = re.compile(rest[0], re.IGNORECASE if "i" in flags else 0)
    found = [line for line in lines if bool(wanted.search(line)) is ("v" not in flags)]
    if "q" not in flags:
        await streams.out.write(f"{len(found)}\n" if "c" in flags else "".join(line + "\n" for line in found))
    return 0 if found else 1


async def wc(shell: Process, arguments: list[str], streams: Streams) -> int:
    flags, paths = split_flags(arguments)
    if paths:
        file = file_of(shell, paths[0])
        if not file.is_file():
            return await complain(streams, f"wc: {paths[0]}: No such file or directory")
        content = file.read_bytes()
    else:
        content = streams.stdin.encode()
    figures = {"l": content.count(b"\n"), "w": len(content.split()), "c": len(content)}
    chosen = [str(value) for key, value in figures.items() if not flags or key in flags]
    await streams.out.write(
        " ".join(f"{each:>8}" for each in chosen) + (f" {paths[0]}" if paths else "") + "\n"
    )
    return 0


TEXT_BUILTINS: dict[str, Builtin] = {
    "echo": echo,
    "printf": printf,
    "test": test,
    "[": test,
    "tail": tail,
    "head": head,
    "grep": grep,
    "wc": wc,
    "md5": _digest("md5", "MD5"),
    "sha1": _digest("sha1", "SHA1"),
    "sha256": _digest("sha256", "SHA256"),
}
