"""A whole upgrade as the journal and the evidence tell it: one that went well, one that did not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import (
    GroupMember,
    GroupState,
    NodeName,
    NodeView,
    RedundancyGroup,
    Snapshot,
)
from srx_issu.domain.cluster.state import ClusterState, NotAnswered, PerNode, Rows
from srx_issu.domain.history.approval_events import ApprovalConfirmed
from srx_issu.domain.history.command_events import CommandIntended, CommandSent, Sending
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import (
    BaselineTaken,
    Claimed,
    Decided,
    Event,
    FindingMade,
    FoundBy,
    Observed,
    OutcomeDecided,
    ReadinessPassed,
    StateCollected,
)
from srx_issu.domain.history.step_events import StepFinished, WaitBegan, WaitEnded
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.goals import Goal
from srx_issu.ports import codec
from srx_issu.ports.journal import Json, UpgradeRecord

START = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
OLD, NEW = "21.4R3-S5.4", "22.4R3-S2.11"
ISSU = "request vmhost software in-service-upgrade /var/tmp/junos-srxentedge-x86-64-22.4R3-S2.11.tgz reboot"
UPGRADE = "wave1__fw-a"
N0, N1 = NodeName.NODE0, NodeName.NODE1
DIGEST = "4f" * 32
BASELINE = BaselineTaken(snapshot=f"{UPGRADE}/baseline-snapshot.json", state=f"{UPGRADE}/baseline-state.json")
AFTER = StateCollected(snapshot=f"{UPGRADE}/after-snapshot.json", state=f"{UPGRADE}/after-state.json")
READY = ReadinessPassed(for_approval=True, ask=None, found="node0: 21.4R3-S5.4", support="documented")


@dataclass(frozen=True, kw_only=True)
class Sample:
    record: UpgradeRecord
    entries: tuple[Entry, ...]
    documents: dict[str, bytes]


def entry(seconds: float, event: Event, step: str, text: str, node: NodeName | None = None) -> Entry:
    return entry_of(event, text, at=START + timedelta(seconds=seconds), step=step, node=node)


def intended(
    command: str, node: NodeName = N0, sending: Sending = Sending.RESET_FLAGS, key: str | None = None
) -> CommandIntended:
    return CommandIntended(sending=sending, node=node, command=command, permit_id=None, once=key, key=key)


def answered(command: str | None, node: NodeName = N0, sending: Sending = Sending.RESET_FLAGS) -> CommandSent:
    return CommandSent(sending=sending, node=node, command=command)


def record(outcome: Outcome | None = None, reason: str | None = None, minutes: float = 101) -> UpgradeRecord:
    return UpgradeRecord(
        upgrade_id=UPGRADE,
        cluster="fw-a",
        target_release=NEW,
        opened_at=START,
        closed_at=START + timedelta(minutes=minutes) if outcome else None,
        outcome=outcome,
        reason=reason,
    )


def prepared() -> tuple[Entry, ...]:
    """From the claim to the approval."""
    backup, copy = "request system snapshot", "copying junos.tgz by SFTP"
    snapshot_taken = answered(backup, sending=Sending.SNAPSHOT)
    copied = answered(None, sending=Sending.UPLOAD)
    confirmed = ApprovalConfirmed(purpose=ApprovalPurpose.START, by="Bea Keller", digest=DIGEST)
    return (
        entry(2, Claimed(), "claim", f"anna asks for fw-a (SRX4600) to {NEW}; lease until 04:00"),
        entry(9, BASELINE, "assess.collect_baseline", "baseline taken; both nodes answered"),
        entry(31, READY, "assess.check_readiness", "ready: 41 checks passed, 1 warning"),
        entry(44, StepFinished(), "prepare.back_up_configuration", "configuration saved", N0),
        entry(
            46,
            intended(backup, sending=Sending.SNAPSHOT),
            "prepare.snapshot_software",
            f"{backup} (back up the running software before the ISSU)",
        ),
        entry(118, snapshot_taken, "prepare.snapshot_software", "Snapshot done"),
        entry(120, intended(copy, sending=Sending.UPLOAD), "prepare.stage_image", copy),
        entry(402, copied, "prepare.stage_image", "junos.tgz copied, SHA-256 agrees"),
        entry(1290, confirmed, "confirm_approval", "approved by Bea Keller"),
    )


def began(goal: Goal) -> WaitBegan:
    return WaitBegan(awaited=goal)


def reached(goal: Goal) -> WaitEnded:
    return WaitEnded(awaited=goal, reached=True)


def started() -> tuple[Entry, ...]:
    """The start and the waits up to the switchover."""
    start, upgraded = "issu.start_issu", "issu.wait_for_secondary_upgrade"
    issu = intended(ISSU, sending=Sending.START, key="start_issu")
    return (
        entry(1302, Decided(), start, "start: node0 is primary of RG0, nothing shows an ISSU"),
        entry(1303, issu, start, f"{ISSU} (node0 is primary of RG0, nothing shows an ISSU)"),
        entry(1306, answered(None, sending=Sending.START), start, "job started, transcript kept"),
        entry(1310, began(Goal.SECONDARY_UPGRADED), upgraded, "waiting for secondary upgraded"),
        entry(2100, Observed(), upgraded, "does not answer, rebooting", N1),
        entry(3004, reached(Goal.SECONDARY_UPGRADED), upgraded, f"node1 runs {NEW}"),
        entry(3006, began(Goal.COLD_SYNCED), "issu.wait_for_cold_sync", "waiting for cold synced"),
    )


def good() -> Sample:
    reset = "request chassis cluster failover reset redundancy-group 1"
    switch, upgrade = "issu.wait_for_switchover", "issu.wait_for_primary_upgrade"
    sessions = FindingMade(by=FoundBy.STATE, check="sessions")
    finished = (
        entry(3390, reached(Goal.COLD_SYNCED), "issu.wait_for_cold_sync", "node1 is in sync"),
        entry(3392, began(Goal.SWITCHED_OVER), switch, "waiting for switched over"),
        entry(3431, reached(Goal.SWITCHED_OVER), switch, "node1 is primary of every group"),
        entry(3433, began(Goal.PRIMARY_UPGRADED), upgrade, "waiting for primary upgraded"),
        entry(5080, reached(Goal.PRIMARY_UPGRADED), upgrade, "both nodes on the target"),
        entry(5082, began(Goal.RESYNCED), "issu.wait_for_resync", "waiting for resynced"),
        entry(5433, reached(Goal.RESYNCED), "issu.wait_for_resync", "both in sync, every group settled"),
        entry(5480, AFTER, "verify.collect_after", "state collected after the upgrade"),
        entry(5502, sessions, "verify.check_state", "node1: sessions 18 204, before 19 950 (-8.8 %)"),
        entry(5504, StepFinished(), "verify.check_state", "state compared with the baseline"),
        entry(5510, intended(reset, N1), "verify.reset_failover", f"{reset} (flag left)"),
        entry(5512, answered(reset, N1), "verify.reset_failover", "Successfully reset"),
        entry(
            6020,
            OutcomeDecided(outcome=Outcome.UPGRADED_WITH_FINDINGS),
            "verify.check_unchanged",
            "both nodes run the target, but: sessions",
        ),
    )
    documents = {
        "baseline-snapshot.json": codec.dumps(snapshot(OLD, NodeName.NODE0)).encode(),
        "baseline-state.json": codec.dumps(state(19_950, 19_950, 120)).encode(),
        "readiness.json": checks(
            line("cluster_healthy", "PASS", text="Every group has one primary and one secondary."),
            line("cpu", "PASS", node="node0", measured=12.5, limit="80 %", text="CPU is idle enough."),
            line("cpu", "FAIL", "warn", "node1", "52 %", "40 %", "CPU is above the recommended.", "Wait."),
            line("ntp", "SKIPPED", "info", text="This release does not show it."),
        ),
        "after-snapshot.json": codec.dumps(snapshot(NEW, NodeName.NODE1)).encode(),
        "after-state.json": codec.dumps(state(19_870, 18_204, 0)).encode(),
        "comparison.json": checks(
            line("bgp_peers", "PASS", measured=12, limit=12, text="All peers are established."),
            line("sessions", "FAIL", "warn", "node1", 18204, 18952, "8.8 % fewer sessions.", "Look again."),
        ),
        "transcript.txt": TRANSCRIPT.encode(),
        "configuration-node0.set": b"set system host-name fw-a-0\n",
    }
    reason = f"both nodes run {NEW} and are in sync, but: node1: sessions 18 204, before 19 950 (-8.8 %)"
    return Sample(
        record=record(Outcome.UPGRADED_WITH_FINDINGS, reason),
        entries=(*prepared(), *started(), *finished),
        documents=documents,
    )


def stopped() -> Sample:
    reason = "node0: ISSU: cold sync timed out; node1 runs 22.4R3-S2.11; node1 is not cold-synced"
    todo = "node1 runs 22.4R3-S2.11, node0 does not. Put the cluster back:\n1. On node1: ..."
    overdue = WaitEnded(awaited=Goal.COLD_SYNCED, reached=False)
    needs_operator = OutcomeDecided(outcome=Outcome.NEEDS_OPERATOR)
    ended = (
        entry(6610, overdue, "issu.wait_for_cold_sync", "cold sync not complete after 3600 s"),
        entry(6640, FindingMade(by=FoundBy.TO_DO), "hold_for_operator", todo),
        entry(6641, needs_operator, "hold_for_operator", reason),
    )
    documents = {
        "baseline-snapshot.json": codec.dumps(snapshot(OLD, NodeName.NODE0)).encode(),
        "transcript.txt": TRANSCRIPT[:300].encode(),
        "what-to-do.txt": f"{reason}\n\n{todo}\n".encode(),
    }
    return Sample(
        record=record(Outcome.NEEDS_OPERATOR, reason, minutes=111),
        entries=(*prepared(), *started(), *ended),
        documents=documents,
    )


def line(  # noqa: PLR0917 - reads as a line of a table
    check: str,
    status: str,
    severity: str = "block",
    node: str | None = None,
    measured: str | float | None = None,
    limit: str | float | None = None,
    text: str = "",
    remedy: str | None = None,
) -> dict[str, Json]:
    return {
        "check": check,
        "severity": severity,
        "status": status,
        "node": node,
        "measured": measured,
        "limit": limit,
        "text": text,
        "remedy": remedy,
    }


def checks(*lines: dict[str, Json]) -> bytes:
    return json.dumps({"results": list(lines)}).encode()


def snapshot(release: str, primary: NodeName) -> Snapshot:
    def view(node: NodeName) -> NodeView:
        return NodeView(
            node=node, reachable=True, release=release, groups=(_group(0, primary), _group(1, primary))
        )

    return Snapshot(cluster="fw-a", taken_at=START, node0=view(NodeName.NODE0), node1=view(NodeName.NODE1))


def _group(group_id: int, primary: NodeName) -> RedundancyGroup:
    members = tuple(
        GroupMember(
            node=node,
            state=GroupState.PRIMARY if node is primary else GroupState.SECONDARY,
            priority=200 if node is NodeName.NODE0 else 100,
        )
        for node in NodeName
    )
    return RedundancyGroup(group_id=group_id, members=members)


def state(sessions0: int, sessions1: int, rtos: int) -> ClusterState:
    def counters(node: int) -> Rows[rows.RtoCounter]:
        services = {"Session create": 40, "Session close": 38, "IPSec SA create/import": 0, "NAT": rtos}
        return Rows(
            rows=tuple(
                rows.RtoCounter(service=s, sent=9000, received=9000, sent_delta=n * node, received_delta=n)
                for s, n in services.items()
            )
        )

    def count(active: int) -> Rows[rows.SessionCount]:
        return Rows(rows=(rows.SessionCount(active=active, maximum=None),))

    return ClusterState(
        cluster="fw-a",
        taken_at=START,
        sessions=PerNode(node0=count(sessions0), node1=count(sessions1)),
        rtos=PerNode(node0=counters(1), node1=counters(0)),
        heartbeats=PerNode(node0=NotAnswered(reason="timed out"), node1=NotAnswered(reason="timed out")),
    )


TRANSCRIPT = """ISSU: Validating Image
ISSU: Preparing Backup RE
Pushing /var/tmp/junos-srxentedge-x86-64-22.4R3-S2.11.tgz to node1:/var/tmp
ISSU: Backup RE Prepare Done
Waiting for node1 to reboot.
node1 booted up.
Waiting for node1 to become secondary
node1 became secondary.
Waiting for node1 to be ready for failover
ISSU: Preparing Daemons
Secondary node1 ready for failover.
Failing over all redundancy-groups to node1
ISSU: Preparing for Switchover
Initiated failover for all the redundancy groups to node1
"""
