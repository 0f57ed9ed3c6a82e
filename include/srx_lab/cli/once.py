"""Commands that come without a terminal: SSH exec and `cli -c`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from srx_lab.answering import may_run
from srx_lab.cli.following import follow_upgrade
from srx_lab.cli.interactive import command_text, confirm
from srx_lab.cli.line import parse_line, run_line
from srx_lab.device import Device
from srx_lab.grammar import SyntaxTrouble
from srx_lab.session import Session
from srx_lab.shell.interpreter import Shell

Write = Callable[[str], Awaitable[None]]
ReadLine = Callable[[], Awaitable[str | None]]
_BLOCK = 32 * 1024


@dataclass(kw_only=True)
class _NoTerminal:
    """Output with lines of a given input behind it."""

    out: Write
    next_line: ReadLine
    height: int = 0
    is_tty: bool = False

    async def write(self, text: str) -> None:
        await self.out(text)

    async def read_line(self) -> str | None:
        return await self.next_line()

    async def read_key(self) -> str:
        return ""


async def run_once(
    device: Device,
    session: Session,
    text: str,
    write: Write,
    *,
    stdin: str = "",
    read_line: ReadLine | None = None,
) -> int:
    """Run commands separated by `;`; status 1 when one is no command or fails [U]."""
    given = iter(stdin.splitlines())

    async def from_text() -> str | None:
        return next(given, None)

    recording = device.cluster.recording
    if recording is not None and (said := recording.to_line(device.node, text.strip(), device.world.now)):
        await write(said[0])
        return said[1]
    terminal = _NoTerminal(out=write, next_line=read_line or from_text)
    status = 0
    for line in _commands(text):
        status = await _one(device, session, line, terminal)
    return status


def _commands(text: str) -> list[str]:
    parts, quote = [""], ""
    for letter in text:
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        if letter in ";\n" and not quote:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


async def _one(device: Device, session: Session, line: str, terminal: _NoTerminal) -> int:
    words = line.split()
    if words[0] in {"exit", "quit"} or words[:2] == ["set", "cli"]:
        return 0
    if words[:2] == ["start", "shell"]:
        if denied := device.denied("start shell", session):
            await terminal.write("".join(f"{text}\n" for text in denied.lines or ()))
            return 1
        return await _shell(device, session, line, terminal)
    try:
        _, query = parse_line(line)
    except SyntaxTrouble:
        pass
    else:
        if may_run(device, query) and not await confirm(terminal, query):
            return 1
    outcome = await run_line(device, session, line)
    if outcome.reply.upgrade is not None:
        await follow_upgrade(device, outcome.reply.upgrade, terminal)
        return 0
    failed = outcome.trouble is not None
    block = ""
    for text in outcome.lines():
        block += text + "\n"
        failed = failed or text.startswith("error:")
        if len(block) > _BLOCK:
            await terminal.write(block)
            await asyncio.sleep(0)
            block = ""
    await terminal.write(block)
    return int(failed)


async def _shell(device: Device, session: Session, line: str, terminal: _NoTerminal) -> int:
    shell = Shell(device=device, session=session, terminal=terminal)
    words = line.split(None, 2)
    rest = words[2] if len(words) > 2 else ""
    if not rest.startswith("command"):
        return await shell.interact()
    status = await shell.run_text(command_text(rest))
    shell.hang_up()
    return status
