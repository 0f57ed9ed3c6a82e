"""What the approver reads: cluster, releases, what was found, what will be sent, why a person is asked."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.goals import describe
from srx_issu.ports.journal import EventKind
from srx_issu.steps.bench import Bench
from srx_issu.steps.confirm_approval import why_asked
from srx_issu.steps.judge_readiness import READY
from srx_issu.steps.recall import course


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """``body`` is Markdown."""

    subject: str
    body: str


def approval_request(bench: Bench) -> ApprovalRequest:
    """The question as Airflow shows it."""
    intent = bench.intent
    events = bench.journal.events(bench.upgrade_id)
    way = course(events, bench.evidence, intent)
    ready = next((e.text for e in reversed(events) if e.detail.get("assessment") == READY), "not assessed")
    findings = [f"- {e.text}" for e in events if e.kind is EventKind.FINDING]
    lines = [
        f"**{intent.cluster.name}** ({intent.cluster.model}, site {intent.cluster.site}): "
        f"{way.before.view(way.starter).release} → **{intent.image.release}**",
        f"Asked for by {intent.requested_by}. Why you are asked: {why_asked(bench)}.",
        f"Found: {describe(way.before)}.",
        f"Readiness: {ready}.",
        *findings,
        f"Approving sends, once, to {way.starter}: `request {intent.software} software in-service-upgrade "
        f"{intent.image.node_path} reboot`. Both nodes reboot, one after the other; expect "
        f"up to {intent.policy.timers.worst_case_s / 60:.0f} minutes.",
    ]
    subject = f"Start the in-service upgrade of {intent.cluster.name} to {intent.image.release}?"
    return ApprovalRequest(subject=subject, body="\n\n".join(lines))
