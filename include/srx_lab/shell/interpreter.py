"""Runs shell text on a node: substitution, redirection, lists, background jobs."""

from __future__ import annotations

import asyncio
import contextlib
import re
from dataclasses import dataclass, replace

from srx_lab.session import SessionKind
from srx_lab.shell.builtin import complain, file_of, split_flags
from srx_lab.shell.expansion import closing_parenthesis, file_names, pieces, with_variables
from srx_lab.shell.file_builtins import FILE_BUILTINS
from srx_lab.shell.process import Exit, Process
from srx_lab.shell.process_builtins import PROCESS_BUILTINS
from srx_lab.shell.syntax import Command, If, Sequence, ShellSyntax, Simple, Step, Subshell, While, parse
from srx_lab.shell.text_builtins import TEXT_BUILTINS
from srx_lab.streams import FileSink, MemorySink, NullSink, PipeSink, Sink, Streams, TerminalSink

_ASSIGNMENT = re.compile(r"^([A-Za-z_]\w*)=(.*)$", re.DOTALL)

_BUILTINS = {**FILE_BUILTINS, **TEXT_BUILTINS, **PROCESS_BUILTINS}


@dataclass(kw_only=True)
class Shell(Process):
    """One shell process that runs what it is given. A C shell only until another one is started in it."""

    is_c_shell: bool = False

    async def interact(self) -> int:
        """Prompt and run until exit; `sh` shows `$` [R: what netmiko and PyEZ wait for]."""
        while True:
            await self.terminal.write("$ " if self.bourne else "% ")
            line = await self.terminal.read_line()
            if line is None:
                break
            if line.strip() in {"exit", "logout"}:
                await self.terminal.write("exit\n")
                break
            if refusal := self._c_shell_refusal(line):
                await self.terminal.write(f"{refusal}\n")
            elif line.strip():
                await self.run_text(line)
            if self.left:
                break
        self.hang_up()
        return self.status

    def _c_shell_refusal(self, line: str) -> str:
        """What a C shell says to the Bourne shell's ways of redirecting and asking for a status [U]."""
        if not self.is_c_shell:
            return ""
        if "2>" in line:
            return "Ambiguous output redirect."
        return "Illegal variable name." if "$?" in line or "$(" in line else ""

    async def run_text(self, text: str, streams: Streams | None = None) -> int:
        """Run a text; the status of its last command."""
        sink = TerminalSink(terminal=self.terminal)
        streams = streams or Streams(out=sink, err=sink)
        try:
            return await self.run_sequence(parse(text), streams)
        except ShellSyntax as trouble:
            await streams.err.write(f"{trouble}\n")
            self.status = 2
        except Exit as leaving:
            self.status, self.left = leaving.status, True
        return self.status

    async def run_sequence(self, sequence: Sequence, streams: Streams) -> int:
        for step in sequence.steps:
            if (step.joined_by == "&&" and self.status) or (step.joined_by == "||" and not self.status):
                continue
            if step.behind:
                await self._start_job(step, streams)
            else:
                self.status = await self._run_pipeline(step.pipeline, streams)
        return self.status

    async def _run_pipeline(self, pipeline: list[Command], streams: Streams) -> int:
        match pipeline:
            case [Subshell() as first, Subshell() as second]:
                return await self._run_together(first, second, streams)
        stdin, status = streams.stdin, 0
        for index, command in enumerate(pipeline):
            last = index == len(pipeline) - 1
            memory = MemorySink()
            out: Sink = streams.out if last else memory
            lines = streams.lines if index == 0 else None
            given = Streams(out=out, err=streams.err, stdin=stdin, lines=lines)
            status = await self._run_command(command, given)
            stdin = memory.text
        return status

    async def _run_together(self, first: Subshell, second: Subshell, streams: Streams) -> int:
        """Two groups: the second reads while the first writes."""
        lines: asyncio.Queue[str | None] = asyncio.Queue()

        async def write() -> None:
            await self._run_command(first, replace(streams, out=PipeSink(lines=lines)))
            lines.put_nowait(None)

        writing = asyncio.get_running_loop().create_task(write())
        try:
            status = await self._run_command(second, replace(streams, stdin="", lines=lines))
            await writing
        finally:
            writing.cancel()
        return status

    async def _run_command(self, command: Command, streams: Streams) -> int:
        match command:
            case If():
                chosen = (
                    command.then
                    if await self.run_sequence(command.condition, streams) == 0
                    else command.otherwise
                )
                return await self.run_sequence(chosen, streams) if chosen else 0
            case While():
                while await self.run_sequence(command.condition, streams) == 0:
                    await self.run_sequence(command.body, streams)
                    await asyncio.sleep(0)
                return 0
            case Subshell():
                directed = await self._redirected(command.redirect, streams)
                inner = replace(self, variables=dict(self.variables), hangup_jobs=self.hangup_jobs)
                return await inner.run_sequence(command.body, directed) if directed else 1
            case Simple():
                return await self._run_simple(command, streams)

    async def _run_simple(self, command: Simple, streams: Streams) -> int:
        words = [each for word in command.words for each in await self._expand(word)]
        while words and (found := _ASSIGNMENT.match(words[0])) and command.words[0].startswith(found[1]):
            self.variables[found[1]] = found[2]
            words.pop(0)
            if not words:
                return 0
        directed = await self._redirected(command, streams)
        if directed is None:
            return 1
        return await self.run_words(words, directed) if words else 0

    async def run_words(self, words: list[str], streams: Streams) -> int:
        """Run one command that is already expanded: a shell's own, or a program of the node."""
        name, arguments = words[0].rsplit("/", 1)[-1], words[1:]
        if name in {"sh", "csh"}:
            return await self._run_inner(arguments, streams, bourne=name == "sh")
        if name == "nohup" and self.device.world.fault("no_nohup", self.device.node):
            return await complain(streams, "nohup: not found")
        if name in {"nohup", "exec", "env", "time"}:
            return await self.run_words(arguments, streams) if arguments else 0
        if builtin := _BUILTINS.get(name):
            return await builtin(self, arguments, streams)
        if program := self.device.programs.get(name):
            return await program(self.device, self.session, self.terminal, arguments, streams)
        return await complain(streams, f"{words[0]}: Command not found.")

    async def _run_inner(self, arguments: list[str], streams: Streams, *, bourne: bool) -> int:
        """`sh -c text`, `sh file`, or an interactive shell."""
        inner = replace(self, variables=dict(self.variables), left=False, is_c_shell=False, bourne=bourne)
        if "-c" in arguments:
            return await inner.run_text(arguments[arguments.index("-c") + 1], streams)
        _, paths = split_flags(arguments)
        if paths:
            file = file_of(self, paths[0])
            if not file.is_file():
                return await complain(streams, f"{paths[0]}: No such file or directory")
            return await inner.run_text(file.read_text("utf-8"), streams)
        if streams.stdin:
            return await inner.run_text(streams.stdin, streams)
        return await inner.interact()

    async def _redirected(self, command: Simple, streams: Streams) -> Streams | None:
        try:
            out = (
                self._sink(await self._path(command.out[0]), append=command.out[1])
                if command.out
                else streams.out
            )
            err = streams.err
            if command.err:
                err = self._sink(await self._path(command.err[0]), append=command.err[1])
            stdin = streams.stdin
            if command.source:
                stdin = self.device.files.host_path(await self._path(command.source), cwd=self.cwd).read_text(
                    "utf-8"
                )
        except OSError as error:
            await streams.err.write(f"{error.strerror or error}.\n")
            return None
        lines = None if command.source else streams.lines
        return Streams(out=out, err=out if command.merged else err, stdin=stdin, lines=lines)

    async def _path(self, word: str) -> str:
        return " ".join(await self._expand(word))

    def _sink(self, path: str, *, append: bool) -> Sink:
        if path == "/dev/null":
            return NullSink()
        file = self.device.files.host_path(path, cwd=self.cwd)
        if append:
            file.touch()
        else:
            file.write_text("")
        return FileSink(path=file)

    async def _expand(self, word: str) -> list[str]:
        """Variables, substitutions, quotes and file patterns of one word."""
        text, quoted = "", False
        for piece in pieces(word):
            text += piece.text if piece.literal else await self._substitute(piece.text)
            quoted = quoted or piece.quoted
        if quoted:
            return [text]
        return file_names(self, text) if text else []

    async def _substitute(self, text: str) -> str:
        while (start := text.find("$(")) >= 0:
            end = closing_parenthesis(text, start + 1)
            memory = MemorySink()
            inner = replace(self, variables=dict(self.variables))
            await inner.run_text(text[start + 2 : end], Streams(out=memory, err=memory))
            text = text[:start] + memory.text.rstrip("\n") + text[end + 1 :]
        return with_variables(self, text)

    async def _start_job(self, step: Step, streams: Streams) -> None:
        pid = self.device.next_pid()
        job_session = self.device.open_session(SessionKind.SHELL_JOB, self.session.client)
        mine = (self.hangup_jobs, pid)
        job = replace(self, session=job_session, variables=dict(self.variables), hangup_jobs=[], own_job=mine)
        first = step.pipeline[0]
        immune = (
            isinstance(first, Simple) and bool(first.words) and first.words[0].rsplit("/", 1)[-1] == "nohup"
        )
        task = asyncio.get_running_loop().create_task(self._job(job, step, streams, pid))
        self.device.jobs[pid] = task
        self.last_job = pid
        if not immune:
            self.hangup_jobs.append(pid)
        self.device.record("job_started", session=job_session.number, pid=pid, survives_hangup=immune)
        if self.terminal.is_tty:
            await streams.err.write(f"[1] {pid}\n")
        self.status = 0
        await asyncio.sleep(0)

    async def _job(self, job: Shell, step: Step, streams: Streams, pid: int) -> int:
        status = 129
        with contextlib.suppress(asyncio.CancelledError):
            status = await job._run_pipeline(step.pipeline, streams)
        self.device.jobs.pop(pid, None)
        self.device.close_session(job.session)
        return status
