"""Trace options of the chassis cluster, where policy asks for them: what is set, and taken back."""

from __future__ import annotations

from collections.abc import Iterable

from srx_issu.domain.upgrade.configuration import still_there
from srx_issu.domain.upgrade.intent import EvidenceRules, Intent, Purpose

SECTION = "chassis"  # of the configuration, which it is in
# Of the daemon that has the cluster; the file is the one that Junos takes without a name.
FILE = "jsrpd"
_FLAG = "set chassis cluster traceoptions flag all"
UNDO = ("delete chassis cluster traceoptions",)
_GROUP_STATEMENT = " chassis cluster traceoptions"


def trace_lines(rules: EvidenceRules) -> tuple[str, ...]:
    """What is committed."""
    size = f"size {rules.trace_file_mb}m files {rules.trace_files}"
    return (f"set chassis cluster traceoptions file {FILE} {size}", _FLAG)


def are_wanted(intent: Intent) -> bool:
    """By policy; a recovery sets none, it takes back what was left."""
    return intent.policy.evidence.traceoptions and intent.purpose is Purpose.UPGRADE


def own_traces(configuration: str) -> tuple[str, ...]:
    """Lines of a configuration in ``set`` form that concern the cluster's trace options, in groups too."""
    return tuple(line for line in map(str.strip, configuration.splitlines()) if _GROUP_STATEMENT in line)


def is_tracing(configuration: str) -> bool:
    """Whether what ``trace_lines`` sets is in force."""
    return _FLAG in map(str.strip, configuration.splitlines())


def added_by_others(configuration: str, lines: Iterable[str]) -> tuple[str, ...]:
    """Lines below what is taken back that say something which ``lines`` did not: somebody else's. A release
    may show one line as several, so the words count."""
    said = {word for line in lines for word in line.split()}
    found = still_there(UNDO, configuration)
    return tuple(line for line in found if not set(line.split()) <= said)
