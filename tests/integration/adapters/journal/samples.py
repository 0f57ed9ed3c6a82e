"""An intent and entries to write."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from srx_issu.domain.cluster.model import Address, Cluster, Image, NodeName
from srx_issu.domain.history.command_events import CommandIntended, Sending
from srx_issu.domain.history.entry import Entry, entry_of
from srx_issu.domain.history.events import Event, Observed
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Limits, Policy, StartMethod, Timers, Tolerance

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
        software=SoftwareFamily.VMHOST,
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


def make_entry(event: Event | None = None, text: str = "node1: up", seconds: float = 0.0) -> Entry:
    return entry_of(event or Observed(), text, at=NOON + timedelta(seconds=seconds), step="issu")


def issu_intended(key: str | None = "issu", permit: Mapping[str, str] | None = None) -> CommandIntended:
    """The start of the ISSU, about to be sent."""
    return CommandIntended(
        sending=Sending.START,
        node=NodeName.NODE0,
        command="start ISSU",
        permit_id=None,
        permit=permit or {},
        once=key,
        key=key,
    )


def make_issu_intended(key: str | None = "issu", permit: Mapping[str, str] | None = None) -> Entry:
    return entry_of(issu_intended(key, permit), "start ISSU", at=NOON, step="start")
