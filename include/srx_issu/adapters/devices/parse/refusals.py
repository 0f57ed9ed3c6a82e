"""How Junos says no: error elements anywhere in a reply, and refusals in text. All words in one table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from srx_issu.adapters.devices.parse.reply import Element, value
from srx_issu.domain.errors import CommandRefused, NotAChassisCluster, NotOnThisPlatform, UnknownCommand

# Parser of the CLI: nothing was executed. [R session captures; PyEZ issue 1142]
_UNKNOWN = re.compile(r"syntax error|unknown command|unrecognized command|invalid command", re.IGNORECASE)
_NO_CLUSTER = re.compile(r"chassis cluster is not enabled", re.IGNORECASE)
_NOT_HERE = re.compile(r"\bnot supported on this platform\b|\bis not valid on\b", re.IGNORECASE)
_NO_FILE = re.compile(
    r"no such file or directory|could not resolve file|file does not exist|cannot open file", re.IGNORECASE
)
# The rpc-error that answers a reboot which is under way. [R py-junos-eznc issue 481]
_GOING_DOWN = re.compile(r"system shutdown time has arrived", re.IGNORECASE)
_PEER = re.compile(r"could not connect to (node[01])", re.IGNORECASE)

# Lines of text answers that mean "not done": docs/junos.md, "Refusals" and "Failure messages"
_REFUSALS = (
    r"^\s*error:",
    r"\bpermission denied\b",
    r"^\s*(syntax error|unknown command)",
    r"\bcommand is not valid on\b",
    r"\bcommand is not supported on\b",
    r"\bis not (allowed|permitted)\b",
    r"\bcannot rollback\b",  # a plain warning, no error element [py-junos-eznc issue 356]
    r"\brollback aborted\b",
)
_ISSU_REFUSALS = (
    r"^\s*warning: ISSU in progress",
    r"\bAborting ISSU\b",
    r"\bISSU aborted\b",
    r"^\s*ISSU currently do(es)? not support",
    r"^\s*File does not exist:",
    r"\(error-code:\s*\d",
)
# A command's whole answer, where nothing else prints: what a parser or a right says at a line's beginning,
# with the device's time before it or not. [U] in wording
_PLAIN_REFUSAL = re.compile(
    r"^\s*(?:\[[^\]]*\]:?\s*)?(?:error:|syntax error|unknown command|unrecognized command|invalid\b"
    r"|(?:(?:command|operation|request)\s+)?not permitted\b)",
    re.IGNORECASE,
)
# An error of a commit behind which one node may have it [U]
_WAY = re.compile(
    r"\btime[- ]?out\b|\btimed out\b|\bconnect|\bconnection\b|\bremote\b|\brespon", re.IGNORECASE
)
# Bad news that may be about a part of the work alone [U]: neither yes nor no
_DOUBT = re.compile(
    r"\bcould(?: not|n't)\b|\bcan(?:not|'t)\b|\bunable to\b|\bfail(?:ed|ure)\b|\binvalid\b|\bdenied\b"
    r"|\brefused\b|\brejected\b|\b(?:no|not enough|insufficient) (?:disk )?space\b|\btimed out\b"
    r"|\bnot found\b|\bno such\b|(?<!ISSU )\baborted\b"
    r"|\bnot (?:permitted|allowed|supported|valid|possible)\b",
    re.IGNORECASE,
)
_WARNING = re.compile(r"^\s*warning:", re.IGNORECASE)
_REFUSAL = re.compile("|".join(_REFUSALS), re.IGNORECASE)
_ISSU_REFUSAL = re.compile("|".join((*_REFUSALS, *_ISSU_REFUSALS)), re.IGNORECASE)


def errors_in(root: Element) -> Iterator[str]:
    """The words of every error below ``root``: rpc-error and xnm:error alike; warnings are no errors."""
    for element in root.iter("rpc-error", "error"):
        severity = value(element, "error-severity")
        if severity == "warning":
            continue
        words = value(element, "error-message") or value(element, "message")
        if element.tag == "error" and words is None:
            continue  # some other element of that name
        bad = value(element, "error-info/bad-element") or value(element, "bad-element")
        yield " ".join(filter(None, (words or "error without a message", f"({bad})" if bad else None)))


def warnings_in(root: Element) -> Iterator[str]:
    """The words of every warning below ``root``."""
    for element in root.iter("rpc-error", "warning"):
        if element.tag == "warning" or value(element, "error-severity") == "warning":
            yield value(element, "error-message") or value(element, "message") or "warning without a message"


def silent_peer(words: str) -> str | None:
    """``node1`` of "Could not connect to node1 : ..."; None when the words say something else."""
    match = _PEER.search(words)
    return match.group(1).lower() if match else None


def is_going_down(words: str) -> bool:
    """Whether an error says that the node goes down, as it was told to."""
    return _GOING_DOWN.search(words) is not None


def is_about_the_way(words: str) -> bool:
    """Whether an error is about time or the way to the other node, not about what was asked for."""
    return _WAY.search(words) is not None


def is_missing_file(words: str) -> bool:
    return _NO_FILE.search(words) is not None


def refusal_error(node: str, words: str) -> CommandRefused:
    """The exception for an error's words."""
    words = re.sub(r"^(error:\s*)+", "", words.strip())
    if _NO_CLUSTER.search(words):
        return NotAChassisCluster(node, words)
    if _UNKNOWN.search(words):
        return UnknownCommand(node, words)
    if _NOT_HERE.search(words):
        return NotOnThisPlatform(node, words)
    return CommandRefused(node, words)


def raise_errors(node: str, root: Element) -> None:
    """Raises for the first error below ``root``: one of CommandRefused and what is below it."""
    for words in errors_in(root):
        raise refusal_error(node, words)


def refusal_line(text: str, *, of_issu: bool = True) -> str | None:
    """The first line of a text answer that says no; None when no line does.

    ``of_issu=False`` for the command that aborts an ISSU, whose success is told in the same words.
    """
    pattern = _ISSU_REFUSAL if of_issu else _REFUSAL
    return next((line.strip() for line in text.splitlines() if pattern.search(line)), None)


def command_refusal(text: str, *, of_issu: bool = True) -> str | None:
    """The same of what one command has answered, where a line in plain words is no announcement's."""
    plain = (line.strip() for line in text.splitlines() if _PLAIN_REFUSAL.search(line))
    return refusal_line(text, of_issu=of_issu) or next(plain, None)


def doubtful_line(text: str) -> str | None:
    """The first line with bad news that is no refusal we know, and no warning; None when there is none."""
    lines = (line.strip() for line in text.splitlines() if not _WARNING.search(line))
    return next((line for line in lines if _DOUBT.search(line)), None)
