"""Where a shell command's output goes: the terminal, a file on the node, memory, nowhere."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from srx_lab.terminal import Terminal


class Sink(Protocol):
    """Takes text as it comes."""

    async def write(self, text: str) -> None: ...


@dataclass(kw_only=True, slots=True)
class TerminalSink:
    """The user's terminal."""

    terminal: Terminal

    async def write(self, text: str) -> None:
        await self.terminal.write(text)


@dataclass(kw_only=True, slots=True)
class FileSink:
    """A file, written line by line so that a follower sees it grow."""

    path: Path

    async def write(self, text: str) -> None:
        with self.path.open("a", encoding="utf-8") as opened:
            opened.write(text)


@dataclass(kw_only=True, slots=True)
class MemorySink:
    """Collected, for pipes and substitutions."""

    text: str = field(default="")

    async def write(self, text: str) -> None:
        self.text += text


@dataclass(kw_only=True, slots=True)
class PipeSink:
    """The other end reads it line by line, while more is written."""

    lines: asyncio.Queue[str | None]

    async def write(self, text: str) -> None:
        for line in text.splitlines():
            self.lines.put_nowait(line)


class NullSink:
    """/dev/null."""

    async def write(self, text: str) -> None:
        """Gone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Streams:
    """Standard input (whole), output and error of a command. `lines`: an input that is still written."""

    out: Sink
    err: Sink
    stdin: str = ""
    lines: asyncio.Queue[str | None] | None = None
