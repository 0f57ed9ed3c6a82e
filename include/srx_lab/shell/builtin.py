"""What every shell command has in common: its shape, flags, paths, complaints."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from srx_lab.shell.process import Process
from srx_lab.streams import Streams

Builtin = Callable[[Process, list[str], Streams], Awaitable[int]]
"""Takes the shell's process, its arguments and its streams; gives a status."""


def split_flags(arguments: list[str]) -> tuple[set[str], list[str]]:
    """Letters of the flags, and the rest."""
    flags = {letter for each in arguments if each.startswith("-") and len(each) > 1 for letter in each[1:]}
    return flags, [each for each in arguments if not each.startswith("-") or each == "-"]


def file_of(shell: Process, path: str) -> Path:
    """Where a path of the shell lies on the lab's disk."""
    return shell.device.files.host_path(path, cwd=shell.cwd)


async def complain(streams: Streams, text: str) -> int:
    """One line of complaint, status 1."""
    await streams.err.write(text + "\n")
    return 1
