"""The interactive CLI: prompt with the cluster banner, paging, confirmations, configuration mode, shell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from srx_lab.answering import may_run, question_before
from srx_lab.cli.configure import EXIT_QUESTION, ConfigureMode
from srx_lab.cli.following import follow_upgrade
from srx_lab.cli.line import parse_line, run_line
from srx_lab.device import Device
from srx_lab.grammar import SyntaxTrouble
from srx_lab.replies.scene import Query
from srx_lab.session import Session
from srx_lab.shell.interpreter import Shell
from srx_lab.terminal import Terminal

_MORE = "---(more)---"


@dataclass(kw_only=True)
class InteractiveCli:
    """One login. `run` serves until the user leaves or the line drops."""

    device: Device
    session: Session
    terminal: Terminal
    screen_length: int = 24
    _configure: ConfigureMode | None = field(default=None, init=False)

    async def run(self) -> int:
        if greeting := self.device.world.fault("login_announcement", self.device.node):
            await self._say(greeting.parameters["text"])
        release = self.device.here.release.text
        await self.terminal.write(f"--- JUNOS {release} Kernel 64-bit  JNPR-12.1-20230321.be5f9c0_buil\n")
        while True:
            await self.terminal.write(self.prompt())
            line = await self.terminal.read_line()
            if line is None:
                return 0
            if await self._one(line.strip()):
                return 0

    def prompt(self) -> str:
        """`{primary:node0}` on a line of its own, then user@host and the mode's sign [R]."""
        sign = "#" if self._configure else ">"
        edit = self._configure.banner if self._configure else ""
        name = f"{self.device.user}@{self.device.host_name}"
        return f"\n{self.device.banner()}{edit}\n{name}{sign} "

    async def _one(self, line: str) -> bool:
        """Run one line; True ends the session."""
        if not line:
            return False
        if self._configure is not None:
            return await self._in_configure(line)
        words = line.split()
        if words[0] in {"exit", "quit"}:
            return True
        if words[0] in {"configure", "edit"} and not self.device.may_configure:
            await self._say("error: permission denied: configure")
            return False
        if words[0] == "configure" or words[0] == "edit":
            await self._enter(words[1:])
            return False
        return await self.operational(line)

    async def _enter(self, words: list[str]) -> None:
        way = words[0] if words else "shared"
        if way not in {"shared", "exclusive", "private"}:
            await self._say("syntax error, expecting <command>.")
            return
        mode = ConfigureMode(device=self.device, session=self.session, way=way)
        await self._page(mode.enter())
        self._configure = None if mode.left else mode

    async def operational(self, line: str) -> bool:
        """A line of operational mode."""
        words = line.split()
        if words[:2] == ["set", "cli"] and words[2:3] != ["directory"]:
            await self._set_cli(words[2:])
        elif words[:2] == ["start", "shell"]:
            if denied := self.device.denied("start shell", self.session):
                await self._page(denied.lines or ())
            else:
                await self._start_shell(line)
        elif words[0] == "cli":
            pass
        else:
            await self._command(line)
        return False

    async def _set_cli(self, words: list[str]) -> None:
        name, value = [*words, "", ""][:2]
        if name == "screen-length":
            self.screen_length = int(value or 0)
            await self._say(f"Screen length set to {value}")
        elif name == "screen-width":
            await self._say(f"Screen width set to {value}")
        elif name == "complete-on-space":
            await self._say(f"{'Enabling' if value == 'on' else 'Disabling'} complete-on-space")
        elif name == "timestamp":
            await self._say("CLI timestamp set to: %b %d %T")
        else:
            await self._say(f"{name} set to {value}")

    async def _say(self, text: str) -> None:
        await self.terminal.write(text + "\n")

    async def _start_shell(self, line: str) -> None:
        rest = line.split(None, 2)[2] if len(line.split()) > 2 else ""
        if rest.startswith("command"):
            command = command_text(rest)
            shell = Shell(device=self.device, session=self.session, terminal=self.terminal)
            await shell.run_text(command)
            shell.hang_up()
            return
        bourne = rest.strip() == "sh"
        shell = Shell(
            device=self.device,
            session=self.session,
            terminal=self.terminal,
            bourne=bourne,
            is_c_shell=not bourne and self.device.world.fault("c_shell", self.device.node) is not None,
        )
        await shell.interact()

    async def _command(self, line: str) -> None:
        if not await self._confirmed(line):
            return
        outcome = await run_line(self.device, self.session, line)
        if outcome.trouble is not None:
            column = max(0, line.find(outcome.trouble))
            await self._say(" " * (len(self.prompt().split("\n")[-1]) + column) + "^")
            await self._say("syntax error, expecting <command>.")
            return
        if outcome.reply.upgrade is not None:
            await follow_upgrade(self.device, outcome.reply.upgrade, self.terminal)
            return
        await self._page(outcome.lines(), no_more=outcome.pipeline.no_more)

    async def _confirmed(self, line: str) -> bool:
        try:
            _, query = parse_line(line)
        except SyntaxTrouble:
            return True
        if not may_run(self.device, query):
            return True  # refused without a question
        return await confirm(self.terminal, query)

    async def _page(self, lines: Iterable[str], *, no_more: bool = False) -> None:
        height = 0 if no_more or not self.terminal.is_tty else self.screen_length
        for shown, line in enumerate(lines):
            if height and shown and shown % (height - 1) == 0 and not await self._more():
                return
            await self._say(line)

    async def _more(self) -> bool:
        await self.terminal.write(_MORE)
        key = await self.terminal.read_key()
        await self.terminal.write("\r" + " " * len(_MORE) + "\r")
        return key not in {"q", "Q", "\x03", ""}

    async def _in_configure(self, line: str) -> bool:
        mode = self._configure
        if mode is None:
            return False
        if line.startswith("run "):
            return await self.operational(line.removeprefix("run ").strip())
        if line.split(maxsplit=1)[0] in {"exit", "quit"}:
            await self._exit(mode, line)
        else:
            await self._page(mode.run(line))
        if mode.left:
            self._configure = None
        return False

    async def _exit(self, mode: ConfigureMode, line: str) -> None:
        if mode.leaves_level(line):
            return
        if mode.asks_before_exit:
            await self._say(mode.warn_before_exit())
            await self.terminal.write(EXIT_QUESTION)
            answer = await self.terminal.read_line()
            if (answer or "").strip().lower() in {"no", "n"}:
                return
        await self._page(mode.leave())


def command_text(rest: str) -> str:
    """The text of `command "..."`, quotes and their escapes taken off."""
    text = rest.removeprefix("command").strip()
    if len(text) > 1 and text[0] in "\"'" and text[-1] == text[0]:
        inner = text[1:-1]
        return inner.replace('\\"', '"').replace("\\\\", "\\") if text[0] == '"' else inner
    return text


async def confirm(terminal: Terminal, query: Query) -> bool:
    """Ask where Junos asks; no answer is a no."""
    question = question_before(query)
    if not question:
        return True
    await terminal.write(question)
    answer = await terminal.read_line()
    await terminal.write("" if terminal.is_tty else "\n")
    return (answer or "").strip().lower() in {"yes", "y"}
