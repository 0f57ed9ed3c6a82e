"""What the approver reads: what was found on each node, what will be sent, why a person is asked."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.recovery.words import describe as describe_plan
from srx_issu.domain.upgrade.goals import describe
from srx_issu.ports.journal import EntryKind
from srx_issu.steps.approval.facts import assessment, why_asked
from srx_issu.steps.bench import Bench
from srx_issu.steps.recall import QUIET_KEY, course, last
from srx_issu.steps.recovery.kept_plan import kept_diagnosis, kept_plan


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """``body`` is Markdown."""

    subject: str
    body: str


def start_request(bench: Bench) -> ApprovalRequest:
    """The question as Airflow shows it."""
    intent = bench.intent
    events = bench.journal.entries(bench.upgrade_id)
    way = course(events, bench.evidence, intent)
    ready = assessment(events)
    told = ready.detail.get("findings") if ready else None
    findings = [f"- {text}" for text in told] if isinstance(told, list) else []
    lines = [
        f"**{intent.cluster.name}** ({intent.cluster.model}, site {intent.cluster.site}): "
        f"{way.before.view(way.starter).release} → **{intent.image.release}**",
        f"Asked for by {intent.requested_by}. Why you are asked: "
        f"{why_asked(events, intent, ApprovalPurpose.START)}.",
        f"Found: {describe(way.before)}.",
        f"Readiness: {ready.text if ready else 'not assessed'}.",
        *findings,
        f"Approving sends, once, to {way.starter}: `request {intent.software} software in-service-upgrade "
        f"{intent.image.node_path} reboot`. Both nodes reboot, one after the other; expect "
        f"up to {intent.policy.timers.worst_case_s / 60:.0f} minutes.",
    ]
    subject = f"Start the in-service upgrade of {intent.cluster.name} to {intent.image.release}?"
    return ApprovalRequest(subject=subject, body="\n\n".join(lines))


def recovery_request(bench: Bench) -> ApprovalRequest:
    """The plan, with what was found on each node and what it means."""
    plan, diagnosis = kept_plan(bench), kept_diagnosis(bench)
    if plan is None or diagnosis is None:
        raise RequestRefused("there is no recovery plan in the journal; run recover.diagnose first")
    subject = f"Put {bench.intent.cluster.name} back ({plan.kind.replace('_', ' ')})?"
    body = describe_plan(plan, diagnosis)
    if watched := last(bench.journal.entries(bench.upgrade_id), EntryKind.OBSERVED, key=QUIET_KEY):
        body = f"{body}\n\nIs an ISSU still running? Both nodes were watched: {watched.text}."
    return ApprovalRequest(subject=subject, body=body)
