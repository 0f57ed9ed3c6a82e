"""Configuration mode: set and delete, compare, commit, roll back, alone or beside others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from srx_lab.cli.pipes import Display, UnknownPipe, apply, split_pipes
from srx_lab.device import Device
from srx_lab.editing.schema import UnknownStatement
from srx_lab.machine.commits import CommitOptions
from srx_lab.machine.words import NodeId
from srx_lab.operations.candidate import Candidate, Locked, Modified
from srx_lab.replies import configuration
from srx_lab.replies.scene import Query
from srx_lab.session import Session

_CONFIRM_MIN = 10
_DISCARDED = "warning: uncommitted changes will be discarded on exit"
_NOT_COMMITTED = "The configuration has been changed but not committed"
EXIT_QUESTION = "Exit with uncommitted changes? [yes,no] (yes) "


@dataclass(kw_only=True)
class ConfigureMode:
    """One stay in configuration mode. `left` is set by exit; `way` is shared, exclusive or private."""

    device: Device
    session: Session
    way: str = "shared"
    level: tuple[str, ...] = ()
    left: bool = False

    @property
    def candidate(self) -> Candidate:
        return Candidate(device=self.device, session=self.session)

    @property
    def banner(self) -> str:
        return f"[edit{''.join(f' {word}' for word in self.level)}]"

    def enter(self) -> Iterator[str]:
        """What the terminal gets; `left` where it is refused."""
        candidate = self.candidate
        if self.device.here.in_issu_window:
            yield "warning: ISSU in progress, commit is not allowed"
        try:
            if self.way == "exclusive":
                candidate.lock()
            elif self.way == "private":
                candidate.open_private()
            else:
                candidate.refuse_if_locked()
        except Locked as locked:
            self.left = True
            yield f"error: {locked.message}"
            return
        except Modified:
            self.left = True
            yield "error: configuration database modified"
            return
        if self.way != "shared":
            yield _DISCARDED
        yield "Entering configuration mode"
        yield from self._beside(candidate)
        self.session.edits_since = self.device.world.now

    def _beside(self, candidate: Candidate) -> Iterator[str]:
        others = candidate.others()
        if others:
            yield "Users currently editing the configuration:"
        for each in others:
            yield candidate.editor(each, each.number)
            yield "      [edit]"
        if self.way == "shared" and candidate.is_changed:
            yield _NOT_COMMITTED

    @property
    def asks_before_exit(self) -> bool:
        return self.candidate.is_changed

    def warn_before_exit(self) -> str:
        return _NOT_COMMITTED

    def leave(self) -> Iterable[str]:
        candidate = self.candidate
        candidate.unlock()
        candidate.close_private()
        self.session.edits_since = None
        self.left = True
        return ("Exiting configuration mode",)

    def run(self, line: str) -> Iterable[str]:
        """One line; what the terminal gets. `exit` is for whoever can ask a question."""
        self.device.cluster.touch()
        self.device.record("command", session=self.session.number, via="configure", rpc="", said=line)
        try:
            return self._run(line)
        except UnknownStatement as unknown:
            return (" " * max(0, line.find(unknown.word)) + "^", f"{unknown.message.rstrip('.')}.")
        except Locked as locked:
            return (f"error: {locked.message}",)

    def _run(self, line: str) -> Iterable[str]:  # noqa: PLR0911 - one command a line
        word, _, rest = line.partition(" ")
        match word:
            case "set" | "delete" | "deactivate" | "activate":
                return self._change(word, rest)
            case "show":
                return self._show(line)
            case "commit":
                return self._commit(rest)
            case "rollback":
                return self._roll_back(rest)
            case "edit":
                self.level = (*self.level, *rest.split())
            case "top":
                self.level = ()
            case "up":
                self.level = self.level[:-1]
            case "status":
                return list(self._beside(self.candidate))
            case _:
                return (" " * 4 + "^", "unknown command.")
        return ()

    def leaves_level(self, line: str) -> bool:
        """`exit` inside a hierarchy goes to the top of it, not out of the mode."""
        if self.level and "configuration-mode" not in line:
            self.level = ()
            return True
        return False

    def _change(self, verb: str, rest: str) -> Iterable[str]:
        candidate = self.candidate
        candidate.load([" ".join([verb, *self.level, rest]).strip()])
        return tuple(f"warning: {each}" for each in candidate.warnings)

    def _show(self, line: str) -> Iterable[str]:
        try:
            pipeline = split_pipes(line)
        except UnknownPipe:
            return ("syntax error.",)
        compared = next((argument for name, argument in pipeline.filters if name == "compare"), None)
        if compared is not None:
            return self.candidate.compare(int((re.findall(r"\d+", compared) or ["0"])[0]))
        path = " ".join([*self.level, *pipeline.command.split()[1:]])
        arguments = {"filter": path, **({"inherit": "inherit"} if pipeline.inherit else {})}
        scene, query = self.device.scene(), Query(rpc="get-configuration", arguments=arguments)
        shown = configuration.all_set_lines if pipeline.display is Display.SET else configuration.text
        return apply(pipeline.filters, shown(scene, query, self.candidate.lines))

    def _roll_back(self, rest: str) -> Iterable[str]:
        number = rest.strip() or "0"
        if not number.isdecimal() or not self.candidate.roll_back(int(number)):
            return (f"error: rollback {number}: no such configuration file",)
        return ("load complete",)

    def _commit(self, rest: str) -> Iterable[str]:
        words, comment = self._commit_words(rest)
        confirmed = next((int(each) for each in words if each.isdecimal()), _CONFIRM_MIN)
        options = CommitOptions(
            check="check" in words,
            comment=comment,
            confirm_min=confirmed if "confirmed" in words else None,
        )
        reached = self.candidate.reached
        result = self.candidate.commit(options, client="cli")
        if result.failed:
            return (result.text,)
        return list(self._committed(options, reached, quits="and-quit" in words))

    def _commit_words(self, rest: str) -> tuple[list[str], str]:
        found = re.search(r'comment\s+("[^"]*"|\S+)', rest)
        comment = found[1].strip('"') if found else ""
        words = re.sub(r'comment\s+("[^"]*"|\S+)', "", rest).split()
        unknown = [each for each in words if not each.isdecimal() and each not in _COMMIT_WORDS]
        if unknown:
            raise UnknownStatement(unknown[0])
        return words, comment

    def _committed(self, options: CommitOptions, names: list[NodeId], *, quits: bool) -> Iterator[str]:
        if options.confirm_min is not None:
            yield (
                f"commit confirmed will be automatically rolled back in {options.confirm_min} minutes unless "
                "confirmed"
            )
        for name in names:
            yield from (f"{name}: ", "configuration check succeeds")
        if options.check:
            return
        for name in names:
            yield from (f"{name}: ", "commit complete")
        if quits:
            yield from self.leave()


_COMMIT_WORDS = frozenset(
    {"check", "confirmed", "and-quit", "synchronize", "force", "full", "no-synchronize"}
)
