"""The CLI's terminal over an SSH channel."""

from __future__ import annotations

import asyncssh
from asyncssh.editor import SSHLineEditorChannel


class SshTerminal:
    """Reads lines through asyncssh's line editor, single keys with the editor off."""

    def __init__(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self._process = process
        self.is_tty = process.term_type is not None
        self.height = process.term_size[1] if self.is_tty else 0

    async def write(self, text: str) -> None:
        try:
            self._process.stdout.write(text)
            await self._process.stdout.drain()
        except (BrokenPipeError, ConnectionError, asyncssh.Error):
            return

    def shout(self, text: str) -> None:
        """Write at once, from outside the session, such as a shutdown notice."""
        if not self._process.stdout.is_closing():
            self._process.stdout.write(text)

    async def read_line(self) -> str | None:
        while True:
            try:
                line = await self._process.stdin.readline()
            except asyncssh.TerminalSizeChanged:
                continue
            except (asyncssh.BreakReceived, asyncssh.SignalReceived):
                await self.write("^C\n")
                return ""
            except asyncssh.Error:
                return None
            return line.rstrip("\r\n") if line else None

    async def read_key(self) -> str:
        self._edit_lines(on=False)
        try:
            return await self._process.stdin.read(1)
        except asyncssh.TerminalSizeChanged:
            return " "
        except asyncssh.Error:
            return ""
        finally:
            self._edit_lines(on=True)

    def _edit_lines(self, *, on: bool) -> None:
        """Line editor and echo, which only a channel with a terminal has."""
        channel = self._process.channel
        if isinstance(channel, SSHLineEditorChannel):
            channel.set_echo(on)
            channel.set_line_mode(on)


class ChannelPipe:
    """A NETCONF session's channel."""

    def __init__(self, process: asyncssh.SSHServerProcess[str]) -> None:
        self._process = process

    async def read(self) -> str:
        try:
            return await self._process.stdin.read(65_536)
        except asyncssh.TerminalSizeChanged:
            return await self.read()
        except asyncssh.Error:
            return ""

    async def write(self, text: str) -> None:
        self._process.stdout.write(text)
        await self._process.stdout.drain()

    def cut(self) -> None:
        connection = self._process.channel.get_connection()
        self._process.channel.abort()
        connection.abort()
