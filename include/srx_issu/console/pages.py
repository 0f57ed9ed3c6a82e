"""HTML of the console from journal and evidence; knows nothing of HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from srx_issu.campaign.naming import DAG_PREFIX, campaign_id
from srx_issu.console.sources import Sources
from srx_issu.console.unattended import Unattended
from srx_issu.ports.dag_names import dag_of
from srx_issu.ports.journal import UpgradeRecord
from srx_issu.report import EvidenceItem, build_report, is_shown
from srx_issu.report.documents import Documents, bundles, jtac_archive
from srx_issu.report.page import environment
from srx_issu.report.reading import read_documents
from srx_issu.report.verdicts import meaning

AUDIT_PREFIX = "audit__"  # before the run id
AUDIT_PAGE = "readiness.html"
MOST = 200  # upgrades on the list
REFRESH_S = 20
_TEMPLATES = "srx_issu.console"


@dataclass(frozen=True, kw_only=True)
class Live:
    """One upgrade as it stands; ``is_open`` = not closed yet."""

    html: str
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class UpgradeLine:
    """One upgrade of the list."""

    record: UpgradeRecord
    css_class: str
    link: str

    @property
    def duration_s(self) -> float | None:
        closed = self.record.closed_at
        return (closed - self.record.opened_at).total_seconds() if closed else None


def upgrades(
    records: tuple[UpgradeRecord, ...], cluster: str, root: str, alone: tuple[Unattended, ...] = ()
) -> str:
    """``root`` is where the console is mounted, with a slash at its end."""
    lines = [
        UpgradeLine(
            record=record,
            css_class=meaning(record.outcome)[0].value,
            link=f"{root}upgrades/{quote(record.upgrade_id, safe='')}",
        )
        for record in records
    ]
    template = environment(_TEMPLATES).get_template("upgrades.html.j2")
    return template.render(lines=lines, cluster=cluster, root=root, most=MOST, alone=alone)


def owning_dag(sources: Sources, upgrade_id: str) -> str | None:
    """The DAG whose run the upgrade is; None when the journal does not know it."""
    if sources.journal.upgrade(upgrade_id) is None:
        return None
    return dag_of(sources.journal.intent(upgrade_id))


def upgrade(sources: Sources, upgrade_id: str, root: str) -> Live | None:
    """None when the journal does not know it. Reads the documents a report shows, lists the others. ``root``
    as of ``upgrades``."""
    record = sources.journal.upgrade(upgrade_id)
    if record is None:
        return None
    entries = sources.lists.evidence(upgrade_id)
    shown = {entry.name: entry.evidence_id for entry in entries if is_shown(entry.name)}
    listing = tuple(EvidenceItem(name=e.name, size_bytes=e.size_bytes, sha256=e.sha256) for e in entries)
    report = build_report(
        record,
        sources.journal.intent(upgrade_id),
        sources.journal.entries(upgrade_id),
        read_documents(sources.evidence, shown),
        listing=listing,
        folder=f"{root}upgrades/{quote(upgrade_id, safe='')}/",
    )
    return Live(html=report.html, is_open=record.closed_at is None)


def campaign(sources: Sources, dag_id: str, run_id: str) -> str | None:
    """The report of one run of a campaign; None while it is not written."""
    return sources.campaigns.read(campaign_id(dag_id.removeprefix(DAG_PREFIX), run_id), "html")


def no_campaign_report() -> str:
    return fault(
        "No report yet",
        "A campaign's report is written when its last wave is over; until then its page in Airflow shows "
        "every cluster, and 'srx-issu campaign follow RUN' does too.",
    )


def newest_audit(sources: Sources) -> str | None:
    """The newest matrix; None when no audit has ended."""
    found = sources.audits.newest(AUDIT_PAGE)
    return sources.audits.read(found[0]).decode("utf-8", "replace") if found else None


def audit(sources: Sources, audit_id: str) -> str | None:
    """The matrix of one audit; None when there is none."""
    ids = {name.rpartition("/")[2]: name for name in sources.audits.names(audit_id)}
    kept = Documents(dict.fromkeys(ids, b"")).all(AUDIT_PAGE)
    return sources.audits.read(ids[kept[-1][0]]).decode("utf-8", "replace") if kept else None


def no_audit() -> str:
    return fault("No audit yet", "Start the DAG issu_audit, or wait for its schedule.")


def kept_report(sources: Sources, upgrade_id: str) -> str | None:
    """The newest report among the evidence; None when there is none."""
    ids = {entry.name: entry.evidence_id for entry in sources.lists.evidence(upgrade_id)}
    names = Documents(dict.fromkeys(ids, b"")).all("report.html")
    if not names:
        return None
    return sources.evidence.read(ids[names[-1][0]]).decode("utf-8", "replace")


def kept_archive(sources: Sources, upgrade_id: str, name: str) -> bytes | None:
    """An archive for Juniper's support, or a bundle, by its name; None for anything else."""
    ids = {entry.name: entry.evidence_id for entry in sources.lists.evidence(upgrade_id)}
    found = ids.get(name)
    return sources.evidence.read(found) if found and (jtac_archive((name,)) or bundles((name,))) else None


def no_archive() -> str:
    return fault("No such archive", "Evidence for JTAC is kept when an ISSU has failed; the report links it.")


def unknown(upgrade_id: str) -> str:
    return fault(
        "No upgrade under this run",
        f"The journal has no upgrade {upgrade_id}. Runs of other DAGs have none; a run that upgrades has "
        "none when it was refused before its cluster was claimed: the log of its task claim says why.",
    )


def no_such_name() -> str:
    return fault("No such page", "The address holds a character that no cluster, DAG or run has in its name.")


def fault(title: str, text: str) -> str:
    return environment(_TEMPLATES).get_template("fault.html.j2").render(title=title, text=text)
