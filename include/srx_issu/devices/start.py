"""Starting an ISSU once: as a job in the node's shell, or by RPC. See decision 031.

The job makes its own folder and ``mkdir`` succeeds once, so that it is the node that keeps a second start
from happening, whoever asks and whatever was lost on the way. Whatever is in doubt is UNKNOWN.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable

from srx_issu.devices.netconf import NetconfSession
from srx_issu.devices.parse.files import output
from srx_issu.devices.parse.refusals import errors_in, refusal_error, refusal_line, warnings_in
from srx_issu.devices.parse.reply import Element
from srx_issu.devices.shell import NodeShell
from srx_issu.domain.commands import StartIssu
from srx_issu.domain.errors import CommandRefused, DeviceError, UnknownCommand
from srx_issu.domain.intent import StartMethod
from srx_issu.ports.devices import Started, StartReport

JOB_FOLDER = "/var/tmp"
_LONGEST, _PLAIN = 80, 63
_JOB = re.compile(rf"[A-Za-z0-9._-]{{1,{_LONGEST}}}")
# What a job that was refused at its start never says, and one that failed later does; guide, Table 2
_WENT_ON = re.compile(r"\(error-code:|ISSU window", re.IGNORECASE)
SETTLE_S = 8  # how long the node is given to show the job's first words, or its end
RPC_WAIT_S = 45.0  # a refusal comes within seconds; an ISSU that runs does not answer


def job_folder(job: str) -> str:
    """The job's folder on the node. A name that is long or not plain is shortened, with its hash behind."""
    if not _JOB.fullmatch(job):
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", job)[:_PLAIN]
        job = f"{plain}-{hashlib.sha256(job.encode()).hexdigest()[: _LONGEST - _PLAIN - 1]}"
    return f"{JOB_FOLDER}/srx-issu-{job}"


def start_in_shell(
    shell: NodeShell, command: StartIssu, job: str, pause: Callable[[float], None] = time.sleep
) -> StartReport:
    """Attaches to the job when it is there, else starts it and looks whether it runs.

    Raises DeviceError only before anything was started.
    """
    folder = job_folder(job)
    transcript = f"{folder}/transcript"
    there, _ = shell.run(f"test -d {folder}")
    if there == 0:
        return _attach(shell, folder)
    try:
        shell.launch(job_line(command, folder))
        return _first_words(shell, folder, pause)
    except DeviceError as error:
        return _report(Started.UNKNOWN, f"after the start was sent: {error.message}", transcript)


def job_line(command: StartIssu, folder: str) -> str:
    """One line of /bin/sh: a job that ignores hang-ups, has no terminal to read, and notes how it ended.

    ``command.cli`` and ``folder`` are of plain characters, checked where they were made.
    """
    work = f'(: | cli -c "{command.cli}" > transcript 2>&1; echo $? > exit)'
    job = f'trap "" HUP; mkdir {folder} && cd {folder} && {work}'
    return f"nohup /bin/sh -c '{job}' > /dev/null 2>&1 &"


def _attach(shell: NodeShell, folder: str) -> StartReport:
    transcript = f"{folder}/transcript"
    has_transcript, words = shell.run(f"head -c 4000 {transcript} 2> /dev/null")
    if has_transcript != 0:
        lost = f"{folder} is there but has no transcript: the job may have died at once; nothing was sent"
        return _report(Started.UNKNOWN, lost, transcript)
    ended, _ = shell.run(f"test -f {folder}/exit")
    if ended == 0 and refusal_line(words) is not None and not _WENT_ON.search(words):
        return _report(Started.REFUSED, f"already refused to this job; nothing was sent: {words}", transcript)
    return _report(Started.ACCEPTED, "already started by this job; nothing was sent", transcript)


def _first_words(shell: NodeShell, folder: str, pause: Callable[[float], None]) -> StartReport:
    transcript = f"{folder}/transcript"
    for _ in range(SETTLE_S):
        shown, _ = shell.run(f"test -s {transcript} || test -f {folder}/exit")
        if shown == 0:
            break
        pause(1.0)
    has_transcript, _ = shell.run(f"test -f {transcript}")
    if has_transcript != 0:
        return _report(Started.UNKNOWN, f"no transcript {SETTLE_S} s after the start was sent", transcript)
    _, words = shell.run(f"head -c 4000 {transcript}")
    ended, status = shell.run(f"cat {folder}/exit")
    if ended != 0:
        return _report(Started.ACCEPTED, words or "the job runs; it has said nothing yet", transcript)
    refusal = refusal_line(words)
    if refusal is not None:
        return _report(Started.REFUSED, words, transcript)
    return _report(Started.UNKNOWN, f"the job ended at once, exit status {status}: {words}", transcript)


def _report(started: Started, words: str, transcript: str) -> StartReport:
    return StartReport(started=started, method=StartMethod.SHELL, words=words, transcript_path=transcript)


def start_by_rpc(session: NetconfSession, command: StartIssu) -> StartReport:
    """Sends the RPC, or its CLI form where the RPC is not known, and waits a moment for a refusal.

    No answer, or an answer that is no refusal, is UNKNOWN: an ISSU that runs ends the session by the
    node's reboot. The session stays open until it is closed, in case the node ends the work with it.
    Raises DeviceError only before anything was sent.
    """
    session.renew()
    try:
        try:
            return _rpc_answer(session.node, session.call(command.rpc, timeout_s=RPC_WAIT_S, leave_open=True))
        except UnknownCommand:
            return _rpc_answer(
                session.node, session.command(command.cli, form="text", timeout_s=RPC_WAIT_S, leave_open=True)
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
