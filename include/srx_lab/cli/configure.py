"""Configuration mode, as far as clients need it: candidate lines, compare, commit, rollback.

The lab has no configuration compiler: `set` and `delete` lines are kept and shown, not understood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from srx_lab.cli.pipes import Display, UnknownPipe, apply, split_pipes
from srx_lab.device import Device
from srx_lab.machine import commands
from srx_lab.replies import configuration
from srx_lab.replies.scene import Query
from srx_lab.session import Session


@dataclass(kw_only=True)
class ConfigureMode:
    """One stay in configuration mode. `left` is set by exit."""

    device: Device
    session: Session
    level: str = "[edit]"
    left: bool = False

    def enter(self) -> Iterator[str]:
        if self.device.here.in_issu_window:
            yield "warning: ISSU in progress, commit is not allowed"
        yield "Entering configuration mode"

    def run(self, line: str) -> Iterable[str]:  # noqa: PLR0911 - one command a line
        """One line; what the terminal gets."""
        self.device.cluster.touch()
        self.device.record("command", session=self.session.number, via="configure", rpc="", said=line)
        word = line.split(maxsplit=1)[0]
        match word:
            case "exit" | "quit":
                return self._exit(line)
            case "set" | "delete" | "deactivate" | "activate":
                self.device.world.state.candidate.append(line)
                return ()
            case "show":
                return self._show(line)
            case "commit":
                return self._commit(line)
            case "rollback":
                self.device.world.state.candidate.clear()
                return ("load complete",)
            case "edit" | "top" | "up":
                self.level = f"[{line}]" if word == "edit" else "[edit]"
                return ()
            case _:
                return (" " * 4 + "^", "unknown command.")

    def _exit(self, line: str) -> Iterable[str]:
        if self.level != "[edit]" and "configuration-mode" not in line:
            self.level = "[edit]"
            return ()
        self.left = True
        return ("Exiting configuration mode",)

    def _show(self, line: str) -> Iterable[str]:
        if "compare" in line:
            candidate = self.device.world.state.candidate
            return ["[edit]", *(f"+  {each}" for each in candidate)] if candidate else ()
        try:
            pipeline = split_pipes(line)
        except UnknownPipe:
            return ("syntax error.",)
        path = " ".join(pipeline.command.split()[1:])
        scene, query = self.device.scene(), Query(rpc="get-configuration", arguments={"filter": path})
        if pipeline.display is Display.SET:
            return apply(pipeline.filters, configuration.all_set_lines(scene, query))
        return apply(pipeline.filters, configuration.text(scene, query))

    def _commit(self, line: str) -> Iterable[str]:
        check = "check" in line.split()
        result = commands.commit(
            self.device.world, self.device.node, user=self.session.user, client="cli", check=check
        )
        self.device.record("commit", session=self.session.number, check=check, refused=result.failed)
        if not result.failed:
            names = [node.node for node in self.device.world.nodes() if node.is_up]
            done = "configuration check succeeds" if check else "commit complete"
            lines = [line for name in names for line in (f"{name}: ", "configuration check succeeds")]
            if check:
                return [*lines]
            lines += [line for name in names for line in (f"{name}: ", done)]
            if "and-quit" in line:
                self.left = True
                lines.append("Exiting configuration mode")
            return lines
        return (result.text,)
