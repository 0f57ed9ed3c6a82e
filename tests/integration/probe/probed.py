"""A probe of a lab that is served, and what of it tests look at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.domain.cluster.model import Address, Cluster
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Limits, Policy, Timers
from srx_issu.domain.upgrade.support import InService, Platform, SupportMatrix
from srx_issu.ports.journal import Lease
from srx_issu.probe.asking import ask_everything
from srx_issu.probe.exchange import Exchange
from srx_issu.probe.probing import Probed, ProbeRequest, probe
from srx_issu.probe.report import Finding, ProbeReport
from tests.integration.lab.conftest import ServedLab

ISSU_PLATFORM = Platform(model="SRX4600", in_service=InService.ISSU, reason="guide")
TIMERS = Timers(connect_s=20, rpc_s=30)


def cluster_of(lab: ServedLab, **given: Any) -> Cluster:
    """As an inventory would have it."""
    at = {f"node{n}": Address(host="127.0.0.1", port=lab.port(f"node{n}")) for n in (0, 1)}
    return Cluster(**{"name": "c1", "model": "SRX4600", "site": "lab", "connection_id": "lab", **at, **given})


def account_of(lab: ServedLab) -> Credentials:
    known = Path(lab.known_hosts).read_text(encoding="utf-8")
    return Credentials(username="lab", password=lab.password, known_hosts=known)


def request_of(lab: ServedLab, **given: Any) -> ProbeRequest:
    return ProbeRequest(
        cluster=cluster_of(lab, **given),
        account=account_of(lab),
        policy=Policy(timers=TIMERS, limits=Limits(), tolerances={}),
        software=SoftwareFamily.SYSTEM,
        image=None,
        rules=SupportMatrix(platforms={"SRX4600": ISSU_PLATFORM}),
    )


def probe_lab(lab: ServedLab, **given: Any) -> Probed:
    return probe(request_of(lab, **given), datetime.now(UTC), lambda _: None)


def ask_lab(lab: ServedLab) -> tuple[Exchange, ...]:
    return ask_everything(
        cluster_of(lab), account_of(lab), TIMERS, progress=lambda _: None, go_on=lambda _: None
    )


def listed(report: ProbeReport) -> list[str]:
    return [f"{finding.place}: {finding.said}" for finding in report.findings]


def about(findings: Iterable[Finding], place: str) -> list[str]:
    return [finding.said for finding in findings if place in finding.place]


class HeldLease:
    """Of the leases only the look."""

    def __init__(self, left_s: float) -> None:
        self._now = datetime(2026, 3, 1, tzinfo=UTC)
        self._left_s = left_s

    def holder(self, resource: str) -> Lease:
        until = self._now + timedelta(seconds=self._left_s)
        return Lease(resource=resource, owner="manual__7", taken_at=self._now, expires_at=until)
