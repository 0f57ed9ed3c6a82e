"""Everything a report tells about one upgrade, as one value: the page and the JSON are two views of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from srx_issu.domain.history.entry import Entry
from srx_issu.domain.history.kinds import EntryKind
from srx_issu.domain.outcome import Outcome
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.journal import UpgradeRecord
from srx_issu.report.approvals import ApprovalLine, approval_lines, approver
from srx_issu.report.checked import CheckTable, check_table
from srx_issu.report.documents import Documents, EvidenceItem, bundles, jtac_archive
from srx_issu.report.formatting import plain
from srx_issu.report.icu import icu_report
from srx_issu.report.nodes import Moments, moments, releases
from srx_issu.report.recovery import Recovery, recovery
from srx_issu.report.route import RouteReport, route_report
from srx_issu.report.sent import SentCommand, sent_commands
from srx_issu.report.timeline import Panel, timeline
from srx_issu.report.traffic import Traffic, traffic
from srx_issu.report.verdicts import CssClass, conclusion, meaning

LONGEST_TRANSCRIPT = 200_000  # characters shown on the page; the whole of it is evidence


@dataclass(frozen=True, kw_only=True)
class ReportModel:
    """``outcome`` None = not decided yet. ``from_releases`` empty = not known, two = nodes differed."""

    upgrade_id: str
    cluster: str
    model: str
    site: str
    from_releases: tuple[str, ...]
    target_release: str
    image_name: str
    image_sha256: str
    requested_by: str
    approved_by: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None
    last_event_at: datetime
    outcome: Outcome | None
    css_class: CssClass
    meaning: str
    reason: str | None
    recovery: Recovery | None
    route: RouteReport | None
    what_to_do: str | None
    findings: tuple[Entry, ...]
    failures: tuple[Entry, ...]  # steps that gave up; a later attempt may have succeeded
    approvals: tuple[ApprovalLine, ...]  # questions, answers, and what followed from them
    commands: tuple[SentCommand, ...]
    timeline: tuple[Panel, ...]
    moments: Moments
    readiness: CheckTable | None
    comparison: CheckTable | None
    final_comparison: CheckTable | None
    traffic: Traffic
    transcript: str | None
    events: tuple[Entry, ...]
    evidence: tuple[EvidenceItem, ...]
    jtac_archive: str | None = None  # a link to it, from the report's own folder; None = there is none
    bundles: tuple[str, ...] = ()  # likewise: every answer, before and after
    journal_head: str | None = None  # the journal's chain when this was written; None = not asked

    @property
    def duration_s(self) -> float:
        """From the opening to the closing, or to the newest event while it is open."""
        return ((self.closed_at or self.last_event_at) - self.opened_at).total_seconds()


def report_model(
    record: UpgradeRecord,
    intent: Intent,
    events: tuple[Entry, ...],
    documents: Documents,
    listing: tuple[EvidenceItem, ...] | None = None,
) -> ReportModel:
    """Puts the report together. Documents that are missing or unreadable leave their part out."""
    outcome, reason = conclusion(record, events)
    listed = documents.listing() if listing is None else listing
    css_class, sentence = meaning(outcome)
    todo = documents.text("what-to-do.txt") if css_class is CssClass.BAD else None
    return ReportModel(
        upgrade_id=record.upgrade_id,
        cluster=record.cluster,
        model=intent.cluster.model,
        site=intent.cluster.site,
        from_releases=releases(documents),
        target_release=record.target_release,
        image_name=intent.image.name,
        image_sha256=intent.image.sha256,
        requested_by=intent.requested_by,
        approved_by=tuple(dict.fromkeys(who for entry in events if (who := approver(entry)))),
        opened_at=record.opened_at,
        closed_at=record.closed_at,
        last_event_at=max((e.at for e in events), default=record.opened_at),
        outcome=outcome,
        css_class=css_class,
        meaning=sentence,
        reason=reason,
        recovery=recovery(documents),
        route=route_report(events) or icu_report(events, intent),
        what_to_do=todo,
        findings=tuple(e for e in events if e.kind is EntryKind.FINDING and e.text not in (todo or "")),
        failures=tuple(e for e in events if e.kind is EntryKind.STEP_FAILED),
        approvals=tuple(approval_lines(events)),
        commands=sent_commands(events),
        timeline=timeline(events, record.opened_at, outcome is not None, intent.policy.timers),
        moments=moments(documents),
        readiness=check_table("readiness.json", documents.newest("readiness.json")),
        comparison=check_table("comparison.json", documents.newest("comparison.json")),
        final_comparison=check_table("final-comparison.json", documents.newest("final-comparison.json")),
        traffic=traffic(documents),
        transcript=_shortened(documents.text("transcript.txt")),
        events=events,
        evidence=listed,
        jtac_archive=jtac_archive(item.name for item in listed),
        bundles=bundles(item.name for item in listed),
    )


def _shortened(transcript: str | None) -> str | None:
    """Beginning and end of one that is too long for a page."""
    if transcript is None or len(transcript) <= LONGEST_TRANSCRIPT:
        return plain(transcript) if transcript is not None else None
    half = LONGEST_TRANSCRIPT // 2
    left_out = len(transcript) - 2 * half
    gap = f"[... {left_out:,} characters left out here; the whole transcript is in the evidence ...]"
    return plain(f"{transcript[:half]}\n{gap}\n{transcript[-half:]}")
