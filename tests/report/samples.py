"""A whole upgrade as the journal and the evidence tell it: one that went well, one that did not."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import GroupState, Member, NodeName, NodeView, RedundancyGroup, Snapshot
from srx_issu.domain.cluster.state import ClusterState, NotAnswered, PerNode, Rows
from srx_issu.ports import codec
from srx_issu.ports.journal import Entry, EntryKind, Json, Outcome, UpgradeRecord

START = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
OLD, NEW = "21.4R3-S5.4", "22.4R3-S2.11"
ISSU = "request vmhost software in-service-upgrade /var/tmp/junos-srxentedge-x86-64-22.4R3-S2.11.tgz reboot"
UPGRADE = "wave1__fw-a"


@dataclass(frozen=True, kw_only=True)
class Sample:
    record: UpgradeRecord
    events: tuple[Entry, ...]
    documents: dict[str, bytes]


def event(
    seconds: float,
    kind: EntryKind,
    step: str,
    text: str,
    node: str | None = None,
    key: str | None = None,
    **detail: Json,
) -> Entry:
    return Entry(
        at=START + timedelta(seconds=seconds),
        kind=kind,
        step=step,
        text=text,
        node=node,
        key=key,
        detail=detail,
    )


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
    k = EntryKind
    reset = "request system snapshot"
    return (
        event(2, k.STEP_FINISHED, "claim", f"anna asks for fw-a (SRX4600) to {NEW}; lease until 04:00"),
        event(9, k.OBSERVED, "assess.collect_baseline", "baseline taken; both nodes answered"),
        event(
            31, k.DECIDED, "assess.check_readiness", "ready: 41 checks passed, 1 warning", assessment="ready"
        ),
        event(44, k.STEP_FINISHED, "prepare.back_up_configuration", "configuration saved", node="node0"),
        event(
            46,
            k.ACTION_INTENDED,
            "prepare.snapshot_software",
            f"{reset} (back up the running software before the ISSU)",
            node="node0",
            command=reset,
        ),
        event(118, k.ACTION_SENT, "prepare.snapshot_software", "Snapshot done", node="node0", command=reset),
        event(120, k.ACTION_INTENDED, "prepare.stage_image", "copying junos.tgz by SFTP", node="node0"),
        event(402, k.ACTION_SENT, "prepare.stage_image", "junos.tgz copied, SHA-256 agrees", node="node0"),
        event(1290, k.APPROVAL, "confirm_approval", "approved by Bea Keller", approved=True, by="Bea Keller"),
    )


def started() -> tuple[Entry, ...]:
    """The start and the waits up to the switchover."""
    k = EntryKind
    return (
        event(1302, k.DECIDED, "issu.start_issu", "Start: node0 is primary of RG0, nothing shows an ISSU"),
        event(
            1303,
            k.ACTION_INTENDED,
            "issu.start_issu",
            f"{ISSU} (node0 is primary of RG0, nothing shows an ISSU)",
            node="node0",
            key="start_issu",
            command=ISSU,
        ),
        event(1306, k.ACTION_SENT, "issu.start_issu", "job started, transcript kept", node="node0"),
        event(1310, k.STEP_STARTED, "issu.wait_for_secondary_upgrade", "waiting for secondary upgraded"),
        event(
            2100, k.OBSERVED, "issu.wait_for_secondary_upgrade", "does not answer, rebooting", node="node1"
        ),
        event(3004, k.STEP_FINISHED, "issu.wait_for_secondary_upgrade", f"node1 runs {NEW}"),
        event(3006, k.STEP_STARTED, "issu.wait_for_cold_sync", "waiting for cold synced"),
    )


def good() -> Sample:
    k = EntryKind
    reset = "request chassis cluster failover reset redundancy-group 1"
    finished = (
        event(3390, k.STEP_FINISHED, "issu.wait_for_cold_sync", "node1 is in sync"),
        event(3392, k.STEP_STARTED, "issu.wait_for_switchover", "waiting for switched over"),
        event(3431, k.STEP_FINISHED, "issu.wait_for_switchover", "node1 is primary of every group"),
        event(3433, k.STEP_STARTED, "issu.wait_for_primary_upgrade", "waiting for primary upgraded"),
        event(5080, k.STEP_FINISHED, "issu.wait_for_primary_upgrade", "both nodes on the target"),
        event(5082, k.STEP_STARTED, "issu.wait_for_resync", "waiting for resynced"),
        event(5433, k.STEP_FINISHED, "issu.wait_for_resync", "both in sync, every group settled"),
        event(5480, k.OBSERVED, "verify.collect_after", "state collected after the upgrade"),
        event(5502, k.FINDING, "verify.check_state", "node1: sessions 18 204, before 19 950 (-8.8 %)"),
        event(5504, k.STEP_FINISHED, "verify.check_state", "state compared with the baseline"),
        event(
            5510, k.ACTION_INTENDED, "verify.reset_failover", f"{reset} (flag left)", "node1", command=reset
        ),
        event(5512, k.ACTION_SENT, "verify.reset_failover", "Successfully reset", "node1", command=reset),
        event(
            6020,
            k.DECIDED,
            "verify.check_unchanged",
            "both nodes run the target, but: sessions",
            outcome=Outcome.UPGRADED_WITH_FINDINGS.value,
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
        events=(*prepared(), *started(), *finished),
        documents=documents,
    )


def stopped() -> Sample:
    k = EntryKind
    reason = "node0: ISSU: cold sync timed out; node1 runs 22.4R3-S2.11; node1 is not cold-synced"
    todo = "node1 runs 22.4R3-S2.11, node0 does not. Put the cluster back:\n1. On node1: ..."
    ended = (
        event(6610, k.STEP_FAILED, "issu.wait_for_cold_sync", "cold sync not complete after 3600 s"),
        event(6640, k.FINDING, "hold_for_operator", todo),
        event(6641, k.DECIDED, "hold_for_operator", reason, outcome=Outcome.NEEDS_OPERATOR.value),
    )
    documents = {
        "baseline-snapshot.json": codec.dumps(snapshot(OLD, NodeName.NODE0)).encode(),
        "transcript.txt": TRANSCRIPT[:300].encode(),
        "what-to-do.txt": f"{reason}\n\n{todo}\n".encode(),
    }
    return Sample(
        record=record(Outcome.NEEDS_OPERATOR, reason, minutes=111),
        events=(*prepared(), *started(), *ended),
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
        Member(
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
