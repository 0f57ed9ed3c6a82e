"""What runs where, as it was last seen: audits and upgrades together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from srx_issu.domain.audit import AuditedCluster, AuditVerdict, Matrix
from srx_issu.steps.audit.releases import last_seen_releases, note_releases
from tests.fakes.audits import MemoryAudits

NIGHT = datetime(2027, 3, 1, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Upgrades:
    """Of a journal only this: what upgrades left behind before and after the audit."""

    before: dict[str, str]
    after: dict[str, str]

    def releases(self, since: datetime | None = None) -> dict[str, str]:
        assert since in (None, NIGHT)
        return self.after if since else {**self.before, **self.after}


def row(name: str, running: str | None) -> AuditedCluster:
    return AuditedCluster(
        name=name, model="SRX345", site="a", verdict=AuditVerdict.READY, reason="", running=running
    )


def audited(*clusters: AuditedCluster) -> MemoryAudits:
    audits = MemoryAudits()
    audits.open_audit("audit__1", NIGHT)
    note_releases(audits, Matrix(audit_id="audit__1", began_at=NIGHT, ended_at=NIGHT, clusters=clusters))
    return audits


def test_without_an_audit_upgrades_tell() -> None:
    assert last_seen_releases(Upgrades({"a": "21.4"}, {}), MemoryAudits()) == {"a": "21.4"}  # type: ignore[arg-type]


def test_whoever_looked_last_counts_and_a_silent_cluster_keeps_what_was_known() -> None:
    audits = audited(row("a", "22.4"), row("b", "22.4"), row("c", None), row("d", "20.4"))
    upgrades = Upgrades({"a": "21.4", "c": "21.4"}, {"b": "23.4"})
    found = last_seen_releases(upgrades, audits)  # type: ignore[arg-type]  # the part of it that is asked
    assert found == {"a": "22.4", "b": "23.4", "c": "21.4", "d": "20.4"}
