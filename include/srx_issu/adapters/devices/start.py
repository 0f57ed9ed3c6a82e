"""Starting an ISSU once: as a job in the node's shell, or by RPC. See decision 031.

The job makes its own folder and ``mkdir`` succeeds once, so that it is the node that keeps a second start
from happening, whoever asks and whatever was lost on the way. It first compares the node's clock with the end
of the send gate's permit: a line that was held up on its way, or that a stopped controller sends hours later,
does nothing. Whatever is in doubt is UNKNOWN.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from srx_issu.adapters.devices.netconf import NetconfSession
from srx_issu.adapters.devices.parse.files import output
from srx_issu.adapters.devices.parse.refusals import errors_in, refusal_error, refusal_line, warnings_in
from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.adapters.devices.question import RequestForm, cli_form
from srx_issu.adapters.devices.shell import NodeShell
from srx_issu.domain.errors import CommandRefused, DeviceError, PermitExpired, UnknownCommand
from srx_issu.domain.junos.job import job_directory, job_name
from srx_issu.domain.upgrade.commands import StartIssu
from srx_issu.domain.upgrade.intent import StartMethod
from srx_issu.ports.devices import Started, StartReport
from srx_issu.ports.permits import PERMIT_S, Permit

RPC_WAIT_S = 45.0  # a refusal comes within seconds; an ISSU that runs does not answer
_SETTLE_S = 8  # how long the node is given to show the job's first words, or its end
LATE = "late"  # beside the job's folder: the node found this permit run out
TAKES_ANSWERS = "takes-answers"  # in the job's folder: it has a standing input
_HAND_ON = (
    "while test ! -f exit; do if test -f answer; then mv answer answered; cat answered; fi; sleep 1; done"
)
_JOB = re.compile(r"[A-Za-z0-9._-]{1,80}")
# What a job that was refused at its start never says, and one that failed later does; guide, Table 2
_WENT_ON = re.compile(r"\(error-code:|ISSU window", re.IGNORECASE)

Pause = Callable[[float], None]


def job_folder(job: str) -> str:
    """The job's folder on the node; a name that is not plain becomes one that is."""
    return job_directory(job if _JOB.fullmatch(job) else job_name(job))


@dataclass(frozen=True, kw_only=True)
class ShellStartLine:
    """``ports.StartLine`` by a job in the node's shell, which outlives the session."""

    shell: NodeShell
    folder_of: Callable[[str], str]
    pause: Pause
    permit_s: float  # seconds of the node's own clock
    takes_answers: bool = False  # the job has a standing input; else nothing to read

    @property
    def method(self) -> StartMethod:
        return StartMethod.SHELL

    def started(self, job: str) -> StartReport | None:
        folder = self.folder_of(job)
        there, _ = self.shell.run(f"test -d {folder}")
        return self._attach(folder) if there == 0 else None

    def start(self, command: StartIssu, job: str, permit: Permit) -> StartReport:
        folder, until_s = self.folder_of(job), self._until_s(permit)
        line = job_line(command, folder, until_s=until_s, takes_answers=self.takes_answers)
        permit.check()
        try:
            self.shell.launch(line)
            return self._first_words(folder, late_note(folder, until_s))
        except DeviceError as error:
            return _report(Started.UNKNOWN, f"after the start was sent: {error.message}", folder)

    def answer(self, job: str, permit: Permit) -> str:
        folder, node = self.folder_of(job), self.shell.node
        waits = f"test -f {folder}/{TAKES_ANSWERS} && test ! -f {folder}/exit && test ! -f {folder}/answer"
        status, _ = self.shell.run(waits)
        if status != 0:
            raise CommandRefused(node, "the job has ended, or was started without a standing input")
        permit.check()
        status, words = self.shell.run(f"echo yes > {folder}/yes && mv {folder}/yes {folder}/answer")
        if status != 0:
            raise CommandRefused(node, f"the answer cannot be left beside the job: {words.strip()}")
        return "yes was put into the job's standing input"

    def _until_s(self, permit: Permit) -> int:
        """The end of the permit by the node's clock, which may differ from ours."""
        try:
            now_s = self.shell.node_time_s()  # first: what the question takes is part of the permit
            return now_s + math.floor(self.permit_s * min(1.0, permit.left_s / PERMIT_S))
        except DeviceError as error:
            raise PermitExpired(f"{error}; nothing was sent") from error

    def _attach(self, folder: str) -> StartReport:
        self._await_first_words(folder, f"{folder}/exit")  # it may have been started a moment ago
        has_transcript, words = self.shell.run(f"head -c 4000 {folder}/transcript 2> /dev/null")
        if has_transcript != 0:
            lost = f"{folder} is there but has no transcript: the job may have died at once; nothing was sent"
            return _report(Started.UNKNOWN, lost, folder)
        ended, _ = self.shell.run(f"test -f {folder}/exit")
        if ended == 0 and refusal_line(words) is not None and not _WENT_ON.search(words):
            refused = f"already refused to this job; nothing was sent: {words}"
            return _report(Started.REFUSED, refused, folder)
        return _report(Started.ACCEPTED, "already started by this job; nothing was sent", folder)

    def _first_words(self, folder: str, note: str) -> StartReport:
        self._await_first_words(folder, note)
        late, _ = self.shell.run(f"test -f {note} && rm -f {note}")
        if late == 0:
            words = "arrived after its permit had run out; the node did nothing"
            return _report(Started.TOO_LATE, words, folder)
        has_transcript, words = self.shell.run(f"head -c 4000 {folder}/transcript 2> /dev/null")
        if has_transcript != 0:
            return _report(Started.UNKNOWN, f"no transcript {_SETTLE_S} s after the start was sent", folder)
        ended, status = self.shell.run(f"cat {folder}/exit 2> /dev/null")
        if ended != 0:
            return _report(Started.ACCEPTED, words or "the job runs; it has said nothing yet", folder)
        if refusal_line(words) is not None:
            return _report(Started.REFUSED, words, folder)
        return _report(Started.UNKNOWN, f"the job ended at once, exit status {status}: {words}", folder)

    def _await_first_words(self, folder: str, note: str) -> None:
        for _ in range(_SETTLE_S):
            shown, _ = self.shell.run(
                f"test -s {folder}/transcript || test -f {folder}/exit || test -f {note}"
            )
            if shown == 0:
                return
            self.pause(1.0)


def late_note(folder: str, until_s: int) -> str:
    """The file that a job leaves which came after ``until_s``; its name tells one send from another."""
    return f"{folder}.{LATE}-{until_s}"


def job_line(command: StartIssu, folder: str, *, until_s: int, takes_answers: bool = False) -> str:
    """One line of /bin/sh: a job that ignores hang-ups, has no terminal to read, and notes how it ended.

    ``until_s``: seconds since 1970 by the node's clock, after which it only leaves a note that it came too
    late. ``takes_answers``: what is left beside it as ``answer`` is handed on to the command, until that has
    ended; else the command finds the end of its input where it asks. ``command.cli`` and ``folder`` are of
    plain characters, checked where they were made.
    """
    run = f'cli -c "{command.cli}" > transcript 2>&1; echo $? > exit'
    work = f"touch {TAKES_ANSWERS}; ({_HAND_ON}) | ({run})" if takes_answers else f"(: | {run})"
    in_time = f'test "$(date +%s)" -le {until_s}'
    start = f"mkdir {folder} && cd {folder} && {work}"
    return detached(f"if {in_time}; then {start}; else touch {late_note(folder, until_s)}; fi")


def detached(work: str) -> str:
    """One line of /bin/sh that goes on with ``work`` when its session ends. No ' in it."""
    return f"/bin/sh -c 'trap \"\" HUP; {work}' > /dev/null 2>&1 &"


def _report(started: Started, words: str, folder: str) -> StartReport:
    return StartReport(
        started=started, method=StartMethod.SHELL, words=words, transcript_path=f"{folder}/transcript"
    )


@dataclass(frozen=True, kw_only=True)
class RpcStartLine:
    """``ports.StartLine`` by the RPC, or its CLI form where the RPC is not known.

    No answer, or an answer that is no refusal, is UNKNOWN: an ISSU that runs ends the session by the node's
    reboot. The session stays open until it is closed, in case the node ends the work with it.
    """

    session: NetconfSession
    wait_s: float  # for a refusal

    @property
    def method(self) -> StartMethod:
        return StartMethod.RPC

    def started(self, job: str) -> StartReport | None:  # noqa: ARG002 - the RPC leaves no marker
        return None

    def start(self, command: StartIssu, job: str, permit: Permit) -> StartReport:  # noqa: ARG002
        try:
            return self._ask(command, permit)
        except CommandRefused as error:
            return StartReport(started=Started.REFUSED, method=StartMethod.RPC, words=error.message)
        except DeviceError as error:
            return StartReport(started=Started.UNKNOWN, method=StartMethod.RPC, words=error.message)

    def answer(self, job: str, permit: Permit) -> str:  # noqa: ARG002
        raise CommandRefused(self.session.node, "an ISSU that was started by RPC takes no answer")

    def _ask(self, command: StartIssu, permit: Permit) -> StartReport:
        session, wait_s = self.session, self.wait_s
        try:
            reply = session.send(
                RequestForm(rpc=command.rpc), timeout_s=wait_s, leave_open=True, just_before=permit.check
            )
            return _rpc_answer(session.node, reply)
        except UnknownCommand:
            by_cli = cli_form(command.cli, "text")
            reply = session.send(by_cli, timeout_s=wait_s, leave_open=True, just_before=permit.check)
            return _rpc_answer(session.node, reply)


def _rpc_answer(node: str, reply: Element) -> StartReport:
    for words in errors_in(reply):
        raise refusal_error(node, words)
    words = "\n".join(filter(None, (*(f"warning: {text}" for text in warnings_in(reply)), output(reply))))
    if refusal_line(words) is not None:
        return StartReport(started=Started.REFUSED, method=StartMethod.RPC, words=words)
    return StartReport(
        started=Started.UNKNOWN, method=StartMethod.RPC, words=words or "answered without words"
    )
