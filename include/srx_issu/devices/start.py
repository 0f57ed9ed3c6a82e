"""Starting an ISSU once: as a job in the node's shell, or by RPC. See decision 031.

The job makes its own folder and ``mkdir`` succeeds once, so that it is the node that keeps a second start
from happening, whoever asks and whatever was lost on the way. Whatever is in doubt is UNKNOWN.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from srx_issu.devices.netconf import NetconfSession
from srx_issu.devices.parse.files import output
from srx_issu.devices.parse.refusals import errors_in, refusal_error, refusal_line, warnings_in
from srx_issu.devices.parse.reply import Element
from srx_issu.devices.shell import NodeShell
from srx_issu.domain.commands import StartIssu
from srx_issu.domain.errors import CommandRefused, DeviceError, UnknownCommand
from srx_issu.domain.intent import StartMethod
from srx_issu.domain.job import job_directory, job_name
from srx_issu.ports.devices import Started, StartReport

RPC_WAIT_S = 45.0  # a refusal comes within seconds; an ISSU that runs does not answer
_SETTLE_S = 8  # how long the node is given to show the job's first words, or its end
_JOB = re.compile(r"[A-Za-z0-9._-]{1,80}")
# What a job that was refused at its start never says, and one that failed later does; guide, Table 2
_WENT_ON = re.compile(r"\(error-code:|ISSU window", re.IGNORECASE)

Pause = Callable[[float], None]


def job_folder(job: str) -> str:
    """The job's folder on the node; a name that is not plain becomes one that is."""
    return job_directory(job if _JOB.fullmatch(job) else job_name(job))


def start_in_shell(shell: NodeShell, command: StartIssu, folder: str, pause: Pause) -> StartReport:
    """Attaches to the job of that folder when it is there, else starts it and looks whether it runs.

    Raises DeviceError only before anything was started.
    """
    there, _ = shell.run(f"test -d {folder}")
    if there == 0:
        return _attach(shell, folder, pause)
    try:
        shell.launch(job_line(command, folder))
        return _first_words(shell, folder, pause)
    except DeviceError as error:
        return _report(Started.UNKNOWN, f"after the start was sent: {error.message}", folder)


def job_line(command: StartIssu, folder: str) -> str:
    """One line of /bin/sh: a job that ignores hang-ups, has no terminal to read, and notes how it ended.

    ``command.cli`` and ``folder`` are of plain characters, checked where they were made.
    """
    work = f'(: | cli -c "{command.cli}" > transcript 2>&1; echo $? > exit)'
    job = f'trap "" HUP; mkdir {folder} && cd {folder} && {work}'
    return f"nohup /bin/sh -c '{job}' > /dev/null 2>&1 &"


def _attach(shell: NodeShell, folder: str, pause: Pause) -> StartReport:
    _await_first_words(shell, folder, pause)  # it may have been started a moment ago
    has_transcript, words = shell.run(f"head -c 4000 {folder}/transcript 2> /dev/null")
    if has_transcript != 0:
        lost = f"{folder} is there but has no transcript: the job may have died at once; nothing was sent"
        return _report(Started.UNKNOWN, lost, folder)
    ended, _ = shell.run(f"test -f {folder}/exit")
    if ended == 0 and refusal_line(words) is not None and not _WENT_ON.search(words):
        return _report(Started.REFUSED, f"already refused to this job; nothing was sent: {words}", folder)
    return _report(Started.ACCEPTED, "already started by this job; nothing was sent", folder)


def _first_words(shell: NodeShell, folder: str, pause: Pause) -> StartReport:
    _await_first_words(shell, folder, pause)
    has_transcript, words = shell.run(f"head -c 4000 {folder}/transcript 2> /dev/null")
    if has_transcript != 0:
        return _report(Started.UNKNOWN, f"no transcript {_SETTLE_S} s after the start was sent", folder)
    ended, status = shell.run(f"cat {folder}/exit 2> /dev/null")
    if ended != 0:
        return _report(Started.ACCEPTED, words or "the job runs; it has said nothing yet", folder)
    if refusal_line(words) is not None:
        return _report(Started.REFUSED, words, folder)
    return _report(Started.UNKNOWN, f"the job ended at once, exit status {status}: {words}", folder)


def _await_first_words(shell: NodeShell, folder: str, pause: Pause) -> None:
    for _ in range(_SETTLE_S):
        shown, _ = shell.run(f"test -s {folder}/transcript || test -f {folder}/exit")
        if shown == 0:
            return
        pause(1.0)


def _report(started: Started, words: str, folder: str) -> StartReport:
    return StartReport(
        started=started, method=StartMethod.SHELL, words=words, transcript_path=f"{folder}/transcript"
    )


def start_by_rpc(session: NetconfSession, command: StartIssu, wait_s: float) -> StartReport:
    """Sends the RPC, or its CLI form where the RPC is not known, and waits a moment for a refusal.

    No answer, or an answer that is no refusal, is UNKNOWN: an ISSU that runs ends the session by the
    node's reboot. The session stays open until it is closed, in case the node ends the work with it.
    Raises DeviceError only before anything was sent.
    """
    session.renew()
    try:
        try:
            return _rpc_answer(session.node, session.call(command.rpc, timeout_s=wait_s, leave_open=True))
        except UnknownCommand:
            return _rpc_answer(
                session.node, session.command(command.cli, form="text", timeout_s=wait_s, leave_open=True)
            )
    except CommandRefused as error:
        return StartReport(started=Started.REFUSED, method=StartMethod.RPC, words=error.message)
    except DeviceError as error:
        return StartReport(started=Started.UNKNOWN, method=StartMethod.RPC, words=error.message)


def _rpc_answer(node: str, reply: Element) -> StartReport:
    for words in errors_in(reply):
        raise refusal_error(node, words)
    words = "\n".join(filter(None, (*(f"warning: {text}" for text in warnings_in(reply)), output(reply))))
    if refusal_line(words) is not None:
        return StartReport(started=Started.REFUSED, method=StartMethod.RPC, words=words)
    return StartReport(
        started=Started.UNKNOWN, method=StartMethod.RPC, words=words or "answered without words"
    )
