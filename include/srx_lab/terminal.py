"""What the CLI and the shell need of a terminal, so that they can be driven without SSH."""

from __future__ import annotations

from typing import Protocol


class Terminal(Protocol):
    """A place to write to and read lines from. `height` 0 means no paging."""

    height: int
    is_tty: bool

    async def write(self, text: str) -> None: ...

    async def read_line(self) -> str | None:
        """The next line without its newline, or None at the end of input."""

    async def read_key(self) -> str:
        """One key, for paging and the like; an empty text at the end of input."""
