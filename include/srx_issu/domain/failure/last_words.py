"""Whether the command of an ISSU has stopped: by its words, by its end, or by a question that nobody answers.

Its job leaves two files on the node, the transcript and, once the command has returned, its exit status.
Nothing public says whether ``cli`` writes a file line by line: what is read here needs no line to be there.
"""

from __future__ import annotations

import re

from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.failure.transcript import Stopped, transcript_verdict
from srx_issu.domain.redaction.prose import redact

# How every healthy ISSU ends on the node that ran it. [T]
_GOING_DOWN = re.compile(r"system going down|system shutdown", re.IGNORECASE)
# The guide: it "prompts you". Juniper's tests wait for the second form; ``[yes,no]`` is Junos's usual one.
_PROMPT = re.compile(
    r"\[\s*yes\s*,\s*no\s*\]\s*(?:\((?:yes|no)\))?[\s:?]*$"
    r"|\bdo you want to continue\b[^\n]*$"
    r"|\((?:yes|no)\)[\s:?]*$",
    re.IGNORECASE,
)
_NO_MORE = re.compile(r"^(?:no|n)$|\babort(?:ed|ing)\b", re.IGNORECASE)
_STATUS = re.compile(r"\d{1,3}")
_LONGEST_LINE = 400


def last_words(transcript: str | None, exit_status: str | None) -> Stopped | None:
    """Why it has stopped; None: nothing says so. A line that may be about what was tried again is among it
    (``Stopped.in_so_many_words``).

    ``exit_status``: what the file says; None where there is none, or nobody could read it. What is no status
    (``exit_status_of``) says nothing.
    """
    words = transcript or ""
    by_words = transcript_verdict(words)
    has_code = by_words is not None and by_words.code is not None
    if not has_code and (prompt := open_prompt(words)) is not None:
        return _asks(prompt, by_words.window_open if by_words else None)
    if by_words is not None:
        return by_words
    status = exit_status_of(exit_status)
    if status is None or _GOING_DOWN.search(words):
        return None
    return _ended(words, status)


def has_stopped(transcript: str | None, exit_status: str | None) -> Stopped | None:
    """The same for whoever still waits: a line that only may be the reason counts with the command's end."""
    found = last_words(transcript, exit_status)
    if found is None or found.in_so_many_words:
        return found
    has_ended = exit_status_of(exit_status) is not None and not _GOING_DOWN.search(transcript or "")
    return found if has_ended else None


def exit_status_of(content: str | None) -> str | None:
    """What the job's exit file says; None for what is no status, such as a CLI's words about a file that is
    not there, in a wording that nobody knows, or a file that is just being written."""
    status = (content or "").strip()
    return status if _STATUS.fullmatch(status) else None


def open_prompt(transcript: str) -> str | None:
    """The question that the words end in, on one line; None when they do not end in one. Lines of an abort
    may follow it: a missing answer may have been taken for a no."""
    for line in reversed(transcript.splitlines()):
        if prompt := waiting_prompt(line):
            return prompt
        if line.strip() and not _NO_MORE.search(line.strip()[-_LONGEST_LINE:]):
            return None
    return None


def waiting_prompt(transcript: str) -> str | None:
    """The question that nothing at all follows: only such a one may still be answered."""
    line = _last_line(transcript)
    return line if _PROMPT.search(line) else None


def _ended(words: str, exit_status: str) -> Stopped:
    said = _last_line(words)
    spoken = f"its last words were '{redact(said)}'" if said else "it said nothing"
    line = f"the command has ended with exit status {exit_status}; {spoken}"
    return Stopped(code=None, line=line, window_open=None, cause=FailureClass.COMMAND_ENDED)


def _asks(prompt: str, window_open: bool | None) -> Stopped:
    cause = FailureClass.PROMPT_UNANSWERED
    return Stopped(code=None, line=redact(prompt), window_open=window_open, cause=cause)


def _last_line(words: str) -> str:
    lines = words.rstrip().splitlines()
    return lines[-1].strip()[-_LONGEST_LINE:] if lines else ""
