"""The name of the job that runs an ISSU in a node's shell, and the files it keeps there.

Derived from the upgrade id alone, so that a controller that forgot everything finds them again.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_MAX_LENGTH = 64


def job_name(upgrade_id: str) -> str:
    """Letters, digits and ``. _ -`` only, at most 64 characters, different for different upgrades."""
    digest = hashlib.sha256(upgrade_id.encode()).hexdigest()[:8]
    readable = _UNSAFE.sub("-", upgrade_id).strip("-.")[: _MAX_LENGTH - len(digest) - 1]
    return f"{readable}-{digest}"


def job_directory(job: str) -> str:
    """The marker: whoever makes this directory starts the job, so it is started once."""
    return f"/var/tmp/srx-issu-{job}"


def transcript_path(job: str) -> str:
    """What the ISSU prints, on the node that runs it; outlives our session."""
    return f"{job_directory(job)}/transcript"


def exit_beside(transcript: str) -> str:
    """The exit status of the command whose ``transcript_path`` this is. There only if it returned, which a
    successful ISSU does not."""
    return str(PurePosixPath(transcript).with_name("exit"))


def answered_beside(transcript: str) -> str:
    """What the job has handed on to the command as an answer. There only once it did."""
    return str(PurePosixPath(transcript).with_name("answered"))


def answer_once(words: str) -> str:
    """The journal's key of a yes to a question of these listed words: each is answered once in an upgrade,
    also where the time or a node's name before them is another one."""
    return f"answer.{hashlib.sha256(words.encode()).hexdigest()[:12]}"
