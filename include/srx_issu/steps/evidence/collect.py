"""The archive for JTAC: both nodes' logs and state, the transcript and our own timeline, in one file.

In parallel with the recovery, over sessions of its own, bounded in time, size and rate by policy. Nothing
waits for a node: what cannot be had is in the manifest, with the reason. A try that dies leaves nothing, and
the next one makes the archive anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import CommandRefused, DeviceError, DeviceTimeout
from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.step_events import StepFinished
from srx_issu.ports.devices import ShowSession
from srx_issu.ports.journal import JTAC_ARCHIVE
from srx_issu.steps.context import Facts, UpgradeContext
from srx_issu.steps.evidence.archive import CollectedFile, build_archive
from srx_issu.steps.evidence.sources import EvidenceSource, sources
from srx_issu.steps.evidence.sparing import spared_nodes

BRIEF_S = 15.0  # for all that is asked after a start that was refused; what is short comes first
TIME_UP = "the time that policy allows for evidence was up"


def collect_evidence(context: UpgradeContext, *, is_brief: bool = False) -> Facts:
    """Keeps ``jtac-evidence.tgz``, once an upgrade; returns its evidence id. ``is_brief``: in ``BRIEF_S`` at
    most, and without samples of the nodes' load, which take most of that time."""
    if reason := why_none(context):
        context.record(StepFinished(), f"no evidence for JTAC: {reason}")
        return {"archive": None, "reason": reason}
    files = [*_of_both_nodes(context, is_brief=is_brief), _timeline(context)]
    intent, now = context.intent, context.clock.now()
    about: Facts = {
        "upgrade": intent.upgrade_id,
        "cluster": intent.cluster.name,
        "model": intent.cluster.model,
        "target_release": intent.image.release,
    }
    archive = context.evidence.write(context.upgrade_id, JTAC_ARCHIVE, build_archive(files, about, now))
    missing = [each for each in files if each.content is None]
    context.record(StepFinished(documents={"archive": archive}), _summary(files, missing))
    return {"archive": archive, "missing": [each.file for each in missing]}


def why_none(context: UpgradeContext) -> str | None:
    """Why no evidence is taken; None: it is."""
    if not context.intent.policy.evidence.collect:
        return "policy/limits.yaml says evidence.collect: false"
    if context.known().start is None:
        return "the ISSU was not asked for"
    record = context.journal.upgrade(context.upgrade_id)
    if record is None or record.closed_at is not None:
        return "the upgrade is closed, its cluster may be another's"
    if is_kept(context):
        return "it is kept already"
    return None


def is_kept(context: UpgradeContext) -> bool:
    """Whether there is an archive of this upgrade."""
    return any(JTAC_ARCHIVE in name for name in context.evidence.names(context.upgrade_id))


def _of_both_nodes(context: UpgradeContext, *, is_brief: bool) -> list[CollectedFile]:
    start, rules = context.known().start, context.intent.policy.evidence
    most_s = min(rules.most_s, BRIEF_S) if is_brief else rules.most_s
    began = context.clock.now()
    spared = spared_nodes(context, by_load=not is_brief)
    # A node that does not answer takes the whole of a short time from the one that does.
    until = (context.clock.now() if is_brief else began) + timedelta(seconds=most_s)
    wanted = {node: sources(node, start, rules.log_lines) for node in NodeName}
    files = [
        _missing(context, each, reason)
        for node in NodeName
        if (reason := spared.reason(node)) is not None
        for each in wanted[node]
    ]
    asked = [node for node in NodeName if spared.reason(node) is None]
    with ThreadPoolExecutor(max_workers=len(NodeName), thread_name_prefix="evidence") as pool:
        for found in pool.map(lambda node: list(_of_node(context, node, wanted[node], until)), asked):
            files += found
    return sorted(files, key=lambda each: each.file)


def _of_node(
    context: UpgradeContext, node: NodeName, wanted: Sequence[EvidenceSource], until: datetime
) -> Iterator[CollectedFile]:
    left = list(wanted)
    try:
        with context.show_session(node) as session:
            while left:
                left_s = (until - context.clock.now()).total_seconds()
                yield _file(context, session, left[0], left_s)
                left.pop(0)
    except DeviceError as error:  # the session itself: nothing more can be asked
        for each in left:
            yield _missing(context, each, error.message)


def _file(
    context: UpgradeContext, session: ShowSession, source: EvidenceSource, left_s: float
) -> CollectedFile:
    """Raises DeviceUnreachable and SessionLost; a refusal or a silence costs this file alone."""
    if left_s <= 0:
        return _missing(context, source, TIME_UP)
    rules = context.intent.policy.evidence
    try:
        shown = session.show(source.command, most_bytes=rules.file_bytes, within_s=left_s)
    except (CommandRefused, DeviceTimeout) as error:
        return _missing(context, source, error.message)
    if shown.is_cut and not shown.text:
        return _missing(context, source, TIME_UP)
    return CollectedFile(
        file=source.file,
        node=source.node,
        command=source.command,
        taken_at=context.clock.now(),
        content=shown.text.encode("utf-8", "replace"),
        is_cut=shown.is_cut,
    )


def _missing(context: UpgradeContext, source: EvidenceSource, reason: str) -> CollectedFile:
    return CollectedFile(
        file=source.file,
        node=source.node,
        command=source.command,
        taken_at=context.clock.now(),
        missing=reason,
    )


def _timeline(context: UpgradeContext) -> CollectedFile:
    lines = (f"{_line(entry)}\n" for entry in context.journal.entries(context.upgrade_id))
    return CollectedFile(
        file="timeline.txt", taken_at=context.clock.now(), content="".join(lines).encode("utf-8", "replace")
    )


def _line(entry: Entry) -> str:
    """Of the journal, which holds no secrets."""
    at = f" {entry.node}" if entry.node else ""
    text = entry.text.replace("\n", "\n    ")
    return f"{entry.at.isoformat()} {entry.kind.value} {entry.step}{at}: {text}"


def _summary(files: Sequence[CollectedFile], missing: Sequence[CollectedFile]) -> str:
    kept = len(files) - len(missing)
    if not missing:
        return f"evidence for JTAC kept: {kept} files of both nodes"
    reasons = dict.fromkeys(f"{each.node}: {each.missing}" for each in missing)
    return f"evidence for JTAC kept: {kept} files; {len(missing)} missing ({'; '.join(reasons)})"
