"""Is the configuration at rest: nothing pending, nothing uncommitted, the same on both nodes?"""

from __future__ import annotations

from srx_issu.checks.check import NO, YES, ZERO, Check
from srx_issu.checks.formatting import listed
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.checking import WhenUnknown
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.cluster.state import ClusterState
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = (
    "commit_pending", "commit_text", "installs", "install_text", "uncommitted_lines", "candidate_text",
    "config_synced", "config_sync_text",
)  # fmt: skip

_SYNC_BAD = ("fail", "error", "out of sync", "out-of-sync", "timeout")
_SYNC_GOOD = ("succ", "not needed", "complete", "in sync", "in-sync")


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    state = subject.state
    _commits(state, node, cells, reasons)
    installs = state.pending_install.rows_of(node)
    reasons["installs"] = state.pending_install.reason_of(node)
    if installs is not None:
        cells["installs"], cells["install_text"] = len(installs), listed([i.words for i in installs])
    candidate = state.candidate.rows_of(node)
    reasons["uncommitted_lines"] = state.candidate.reason_of(node)
    if candidate is not None:
        cells["uncommitted_lines"] = sum(change.lines for change in candidate)
        cells["candidate_text"] = listed([change.where for change in candidate])
    _synchronized(state, node, cells, reasons)


def _commits(state: ClusterState, node: NodeName, cells: Row, reasons: Reasons) -> None:
    commits = state.commits.rows_of(node)
    reasons["commit_pending"] = state.commits.reason_of(node) or "no commit shown"
    if commits:
        pending = [commit for commit in commits if commit.is_pending]
        cells["commit_pending"] = bool(pending)
        cells["commit_text"] = listed([f"{c.comment or 'commit'} by {c.user or 'unknown'}" for c in pending])


def _synchronized(state: ClusterState, node: NodeName, cells: Row, reasons: Reasons) -> None:
    """The words of the last result are not documented in full: bad words, good words, else not known."""
    told = state.config_sync.rows_of(node)
    reasons["config_synced"] = state.config_sync.reason_of(node) or "state not recognised"
    for row in told or ():
        words = row.value.lower()
        if any(word in words for word in _SYNC_BAD):
            cells["config_synced"], cells["config_sync_text"] = False, f"{row.name}: {row.value}"
            return
        if any(word in words for word in _SYNC_GOOD):
            cells["config_synced"] = True


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="no_pending_commit",
            what="pending commits",
            table="nodes",
            column="commit_pending",
            expect=NO,
            good="no commit is pending",
            bad="a commit waits: {commit_text}",
            limit="none",
            remedy="confirm it or let it roll back ('show system commit')",
        ),
        Check(
            name="no_pending_install",
            what="pending installs",
            table="nodes",
            column="installs",
            expect=ZERO,
            when_unknown=WhenUnknown.SKIP,
            good="no installed release waits for a reboot",
            bad="an installed release waits for a reboot: {install_text}",
            limit="none",
            remedy="'request system software rollback', or reboot the node in a window of its own",
        ),
        Check(
            name="nothing_uncommitted",
            what="uncommitted changes",
            table="nodes",
            column="uncommitted_lines",
            expect=ZERO,
            good="nothing uncommitted",
            bad="{uncommitted_lines} uncommitted lines in {candidate_text}",
            limit="no candidate changes",
            remedy="'show | compare', then commit or rollback 0",
        ),
        Check(
            name="config_sync",
            what="configuration synchronization",
            table="nodes",
            column="config_synced",
            expect=YES,
            when_unknown=WhenUnknown.SKIP,
            good="configuration synchronization is good",
            bad="configuration synchronization failed ({config_sync_text})",
            limit="successful",
            remedy="'show chassis cluster information configuration-synchronization', then commit again",
        ),
    )
