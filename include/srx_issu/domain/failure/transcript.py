"""What the words of an in-service upgrade say: has it stopped, why, and is its window still open.

Read leniently: no line is ever required, timestamps and ``node0:`` banners may stand anywhere, lines may
be wrapped. Wording that no public source confirms is marked [U] and only ever explains: what to do is
decided from both nodes' state (``naming.py``), never from here. Marks as in docs/junos.md, "Sources and
marks"; the messages themselves are there under "Failure messages".
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from srx_issu.domain.failure.classes import FailureClass
from srx_issu.domain.redaction.prose import redact


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """The upgrade has stopped by its own word.

    ``code`` is the error code as printed ("6.1"), known to us or not; ``line`` the device's own words,
    redacted; ``window_open`` True when it says that both nodes are in the ISSU window, False when it says
    that it left the window, None when it says neither. ``cause``: what its words name, whether or not the
    nodes bear it out; None: stopped, reason not recognised. ``in_so_many_words``: it printed a code, or that
    it aborted; else only a line that may be the reason for an end, and that may as well be about something
    that was tried again.
    """

    code: str | None
    line: str
    window_open: bool | None
    cause: FailureClass | None = None
    in_so_many_words: bool = True


CLASS_OF_CODE = {
    "4.1": FailureClass.SECONDARY_REBOOT_FAILED,
    "6.1": FailureClass.COLD_SYNC_FAILED,
    "7.1": FailureClass.SWITCHOVER_FAILED,
}  # the only codes with a source [S]

# A line is a few hundred characters. What is longer is broken or hostile: patterns with gaps in them take the
# square of its length and more, in the loop in which every cluster is waited for (20 kB: a minute).
_LONGEST_LINE = 400
_CODE = re.compile(r"\(\s*error-code:\s*(\d+\.\d+)\s*\)", re.IGNORECASE)
_ABORTED = re.compile(
    r"\b(?:ISSU|in-service-upgrade)\W+abort(?:ed|ing)\b|\babort(?:ed|ing)\s+ISSU\b", re.IGNORECASE
)
_WINDOW = re.compile(
    r"(?P<open>nodes\s+are\s+in\s+ISSU\s+window)|exit(?:ed|ing)\s+ISSU\s+window", re.IGNORECASE
)
_ERROR = re.compile(r"\berror:", re.IGNORECASE)
_WARNING = re.compile(r"\bwarning:", re.IGNORECASE)
_BAD = re.compile(
    r"\b(?:error|fail\w*|abort\w*|cannot|couldn?|unable|not?|none|insufficient|corrupt\w*|timeout)\b",
    re.IGNORECASE,
)  # "Checking disk space" is no reason, "no disk space" is

# Which class a line names, tried from top to bottom. Enough by themselves:
_REFUSALS = (
    (
        FailureClass.STALE_IN_PROGRESS,
        r"\b(?:warning|error):\s*(?:\[[^\]]*\]:\s*)?ISSU\b.{0,20}\bin progress\b",
    ),
    (FailureClass.REBOOT_KEYWORD_MISSING, r"'reboot' keyword must be specified"),
    (
        FailureClass.UNSUPPORTED_FEATURE,
        r"ISSU currently do(?:es)? not support|error:.*\bISSU is not supported on\b",
    ),
    (FailureClass.IMAGE_MISSING, r"\bfile does not exist:"),
    # Comes without "error:" [S].
    (FailureClass.PRIMARY_REBOOT_FAILED, r"\breboot failure on\s+(?:the\s+)?primary\b"),
)

# Count on a line with "error:"; beside an abort or a code, on any line of bad news. Never on a warning's.
_REASONS = (
    (FailureClass.POLICIES_OUT_OF_SYNC, r"\bpolic\w+\b.*\bout[ -]of[ -]sync"),
    (FailureClass.KSYNCD, r"\bksyncd\b"),
    (FailureClass.CHASSISD, r"\bchassisd\b.*\b(?:error|fail|not ready|abort)|\b(?:error|fail).*\bchassisd\b"),
    (FailureClass.DISK_FULL, r"no space left|(?:insufficient|not enough)\b.*\bspace|\bdisk space\b"),
    (FailureClass.CPU_BUSY, r"\bCPU\b.*(?:high|load|usage|utili[sz]ation|above|exceed)"),
    (
        FailureClass.IMAGE_MISSING,
        r"no such file|\b(?:image|package)\b.*\b(?:not present|not found|does not exist)",
    ),
    (
        FailureClass.WRONG_PLATFORM,
        r"not (?:supported|intended|valid|compatible)\b.*\b(?:platform|product|model|device)\b"
        r"|\bnot a package for\b",
    ),
    (
        FailureClass.IMAGE_CORRUPT,
        r"corrupt|(?:checksum|digest|signature)\b.*\b(?:fail|mismatch|invalid)|unexpected end of",
    ),
    (
        FailureClass.REMOTE_SITE,
        r"file-fetch|\bremote (?:site|host)\b|could(?: not|n't) (?:retrieve|fetch)|\bhost\b.*unreachable",
    ),
    (FailureClass.ICU_SECONDARY_NOT_BACK, r"\bnode\s*\d\s+did not come up"),
    (
        FailureClass.ICU_INSTALL_FAILED,
        r"fail\w*\s+to\s+push\b|\bsoftware installation on\b.*\bnode.*\bfail",
    ),
    (FailureClass.PRIMARY_REBOOT_FAILED, r"reboot(?:ing)?\b.*\bprimary\b.*\bfail"),
    (FailureClass.PRIMARY_UPGRADE_FAILED, r"upgrad\w*\b.*\bprimary\b.*\bfail|upgrade failure on\s+primary"),
    (
        FailureClass.GROUP_FAILOVER_FAILED,
        r"fail(?:ing)?[ -]?over\b.*\b(?:RGs?|redundancy-groups?)\b.*\bfail|\babort failover"
        r"|\bredundancy-group \d+ (?:has priority 0\b|is in \S+ state)",
    ),
    (
        FailureClass.VALIDATION_FAILED,
        r"validat\w*\b.*\bfail|fail\w*\b.*\bvalidat|not compatible|check-out failed"
        r"|downgrade|older version|already running|not supported from",
    ),
)

_Patterns = tuple[tuple[FailureClass, re.Pattern[str]], ...]
REFUSAL_PATTERNS: _Patterns = tuple((cause, re.compile(p, re.IGNORECASE)) for cause, p in _REFUSALS)
REASON_PATTERNS: _Patterns = tuple((cause, re.compile(p, re.IGNORECASE)) for cause, p in _REASONS)


def transcript_verdict(text: str) -> Stopped | None:
    """Says whether the upgrade has stopped by its own word; None = the words do not say so.

    None is no good news: a transcript may be lost, cut short, or end in a reboot as every healthy one
    does (docs/junos.md, "How an ISSU ends"). Needs no line to be there and raises nothing.
    """
    lines = list(dict.fromkeys(short for line in text.splitlines() if (short := _short(line))))
    code = _CODE.search(text)
    refusal = _first(lines, REFUSAL_PATTERNS)
    aborted = next((line for line in lines if _ABORTED.search(line)), None)
    stopped = bool(code or aborted)
    reason = _first((line for line in lines if _counts(line, stopped=stopped)), REASON_PATTERNS)
    if code is not None:
        cause = CLASS_OF_CODE.get(code[1]) or _cause(refusal) or _cause(reason)
        return Stopped(
            code=code[1], line=redact(_line_at(text, code.start())), window_open=_window(text), cause=cause
        )
    found = refusal or reason
    if found is not None:
        return Stopped(
            code=None,
            line=redact(found[1]),
            window_open=_window(text),
            cause=found[0],
            in_so_many_words=aborted is not None,
        )
    if aborted is not None:
        named = next((line for line in lines if _ERROR.search(line)), aborted)
        return Stopped(code=None, line=redact(named), window_open=_window(text))
    return None


def _counts(line: str, *, stopped: bool) -> bool:
    """Whether a line may name the reason. The guide: what only warrants a warning does not stop an ISSU."""
    if _WARNING.search(line):
        return False
    return _ERROR.search(line) is not None or (stopped and _BAD.search(line) is not None)


def _window(text: str) -> bool | None:
    """The last word on the window counts: a clean exit may follow an earlier failure."""
    mentions = list(_WINDOW.finditer(text))
    return mentions[-1]["open"] is not None if mentions else None


def _line_at(text: str, position: int) -> str:
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    return _short(text[max(start, position - _LONGEST_LINE // 2) : end if end >= 0 else len(text)])


def _short(line: str) -> str:
    return line.strip()[:_LONGEST_LINE]


_Found = tuple[FailureClass, str]


def _first(lines: Iterable[str], patterns: _Patterns) -> _Found | None:
    return next(((cause, line) for line in lines for cause, p in patterns if p.search(line)), None)


def _cause(found: _Found | None) -> FailureClass | None:
    return found[0] if found else None
