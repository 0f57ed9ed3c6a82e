"""An intent and events to write about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from srx_issu.domain.cluster.model import Address, Cluster, Image
from srx_issu.domain.upgrade.commands import Software
from srx_issu.domain.upgrade.intent import Intent, Limits, Policy, StartMethod, Timers, Tolerance
from srx_issu.ports.journal import Entry, EntryKind

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def make_intent(upgrade_id: str = "wave1__fw-a") -> Intent:
    return Intent(
        upgrade_id=upgrade_id,
        cluster=Cluster(
            name="fw-a",
            model="SRX4600",
            site="zürich",
            node0=Address(host="192.0.2.1", port=2201),
            node1=Address(host="2001:db8::1"),
            connection_id="srx_zurich",
            conflict_groups=frozenset({"core", "dmz"}),
            labels={"tier": "gold"},
        ),
        image=Image(
            file="/images/junos.tgz",
            name="junos-srxentedge-x86-64-22.4R3-S2.11.tgz",
            release="22.4R3-S2.11",
            models=frozenset({"SRX4600"}),
            sha256="ab" * 32,
            size_bytes=2_345_678_901,
        ),
        software=Software.VMHOST,
        policy=Policy(
            timers=Timers(poll_s=5.5),
            limits=Limits(cpu_samples=7),
            tolerances={"sessions": Tolerance(lost_percent=5.0), "routes": Tolerance(lost_percent=None)},
            start_method=StartMethod.SHELL,
        ),
        requested_by="anna",
        approval_reason="unknown pair",
        window_start="2026-11-22T22:00:00+01:00",
    )


def make_event(kind: EntryKind = EntryKind.OBSERVED, text: str = "node1: up", seconds: float = 0.0) -> Entry:
    return Entry(at=NOON + timedelta(seconds=seconds), kind=kind, step="issu", text=text)


def make_issu_intended(key: str = "issu") -> Entry:
    return Entry(
        at=NOON, kind=EntryKind.ACTION_INTENDED, step="start", text="start ISSU", node="node0", key=key
    )
