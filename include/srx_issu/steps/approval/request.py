"""What the approver reads: what was found on each node, what will be sent, why a person is asked."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.approvals.judge import REJECT
from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.errors import RequestRefused, UnparsableVersion
from srx_issu.domain.history.events import FoundBy
from srx_issu.domain.history.state_parts import Ready
from srx_issu.domain.junos.version import parse
from srx_issu.domain.recovery.descriptions import describe as describe_plan
from srx_issu.domain.routes.choice import RouteChoice
from srx_issu.domain.routes.describe import outage_words, route_words
from srx_issu.domain.upgrade.commands import AddSoftware
from srx_issu.domain.upgrade.decide import SYN_CHECK_OFF_S, start_command
from srx_issu.domain.upgrade.goals import describe
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.leads_back import old_image_of
from srx_issu.domain.upgrade.route import Allowance, Route
from srx_issu.domain.upgrade.traces import UNDO, are_wanted, trace_lines
from srx_issu.steps.approval.facts import downgrade_of, found_since, why_asked
from srx_issu.steps.approval.route_lines import route_lines
from srx_issu.steps.baseline import baseline, baseline_state, course_of, timers_in_force
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.recovery.stored_plan import stored_diagnosis, stored_plan
from srx_issu.steps.routes.stored_plan import route_plan
from srx_issu.steps.upgrade.eligibility import routes_to
from srx_issu.steps.upgrade.route_facts import is_ha_link_encrypted

FLOW_BASED_IPV6 = (10, 2)  # guide: from this release on


@dataclass(frozen=True, kw_only=True)
class ApprovalRequest:
    """``body`` is Markdown. ``other_routes``: what the approver may ask for instead."""

    subject: str
    body: str
    other_routes: tuple[Route, ...] = ()


def start_request(context: UpgradeContext) -> ApprovalRequest:
    """The question as Airflow shows it."""
    intent = context.intent
    so_far = context.known()
    course = course_of(so_far, context.evidence, intent)
    by_plan, why = _by_plan(context), why_asked(so_far, intent, ApprovalPurpose.START)
    lines = [
        f"**{intent.cluster.name}** ({intent.cluster.model}, site {intent.cluster.site}): "
        f"{course.before.view(course.starter).release} → **{intent.image.release}**",
        f"Asked for by {intent.requested_by}. Why you are asked: {why}.",
        f"Found: {describe(course.before)}.",
        *_readiness(so_far.assessment),
        *(f"- {text}" for text in found_since(so_far)),
        *(by_plan or [_traffic(course.before.view(course.starter).release, intent, course.starter)]),
        _routes(context, course.before, why or ""),
        *_without_validation(intent),
        *_without_syn_check(intent),
        *_by_old_image(intent, course.before),
        *_by_sha1(intent),
        *_traces(intent),
        *([] if by_plan else _by_issu(context, course.starter)),
    ]
    how = "in-service upgrade" if intent.route is Route.ISSU else intent.route.label
    subject = f"Start the {how} of {intent.cluster.name} to {intent.image.release}?"
    return ApprovalRequest(
        subject=subject,
        body="\n\n".join(filter(None, lines)),
        other_routes=_others(intent, routes_to(context, course.before)),
    )


def _by_plan(context: UpgradeContext) -> list[str]:
    """Nothing for a route that does not go by a plan."""
    so_far = context.known()
    if so_far.route is None:
        return []
    timers = timers_in_force(so_far, context.intent)
    return route_lines(route_plan(so_far, context.evidence), timers, context.intent.on_site)


def _by_issu(context: UpgradeContext, starter: NodeName) -> list[str]:
    worst_case_s = timers_in_force(context.known(), context.intent).worst_case_s
    return [
        f"Approving sends, once, to {starter}: `{start_command(context.intent).cli}`. Both nodes reboot, one "
        f"after the other; expect up to {worst_case_s / 60:.0f} minutes."
    ]


def _traffic(running: str | None, intent: Intent, starter: NodeName) -> str:
    """The guide's note on an ISSU: what goes on is what both releases forward. Of an ICU, what does not."""
    if intent.route is Route.ICU:
        return (
            f"**Traffic stops when {starter} goes down**, until its peer has taken over: nothing is "
            "synchronised between the two releases, so its sessions are lost. Every group is moved to "
            f"{starter} before."
        )
    try:
        forwards_both = min(parse(running or "").main, parse(intent.image.release).main) >= FLOW_BASED_IPV6
    except UnparsableVersion:
        forwards_both = False
    if forwards_both:
        return "Traffic: IPv4 and IPv6 both go on during the upgrade (guide)."
    return "Traffic: IPv4 goes on during the upgrade; the guide promises nothing for IPv6 from this release."


def _routes(context: UpgradeContext, before: Snapshot, why: str) -> str:
    """The route with what it costs, and why not another; empty where no rules of routes were kept. ``why``:
    the reasons that are told already."""
    intent, choice = context.intent, routes_to(context, before)
    if choice is None or intent.support is None or intent.support.routes is None:
        return ""
    ready = context.known().assessment
    measured = ready.passed.measured if ready else None
    own = choice.of(intent.route)
    first, *others = route_words(choice, own, measured)
    if own.reason in why:
        first = first.replace(f"because {own.reason}", "for the reasons above")
    lines = [f"{'  ' if line.startswith('  ') else ''}- {line.strip()}" for line in (first, *others)]
    if _others(intent, choice):
        lines.append(
            f"- To take another route, answer '{REJECT}: take ...': this run ends, nothing is sent, and the "
            "end names the command that asks for the other one, with an approval of its own"
        )
    return "\n".join(lines)


def _others(intent: Intent, choice: RouteChoice | None) -> tuple[Route, ...]:
    """The routes that may be taken instead."""
    if choice is None or intent.support is None or intent.support.routes is None:
        return ()
    ways = (each.route for each in choice.routes if each.allowance is not Allowance.REFUSED)
    return tuple(route for route in ways if route is not intent.route)


def _without_validation(intent: Intent) -> list[str]:
    if not intent.no_validate:
        return []
    return [
        "**Without the node's own validation** (`no-validate`), as the run asks: whether the configuration "
        "fits the new release shows only when the secondary has booted it."
    ]


def _without_syn_check(intent: Intent) -> list[str]:
    if not start_command(intent).no_tcp_syn_check:
        return []
    return [
        "**TCP SYN checks are switched off** (`no-tcp-syn-check`), as policy asks, so that sessions may go "
        f"on behind the outage: for {SYN_CHECK_OFF_S:,} s from before the secondary's reboot on, sessions "
        "are taken that nobody has seen begin. The node switches them on again by itself."
    ]


def _by_old_image(intent: Intent, before: Snapshot) -> list[str]:
    """The way back where no rollback leads there."""
    old = old_image_of(intent, before)
    if old is None or old.image is None:
        return []
    command = AddSoftware(image_path=old.image.node_path, software=intent.software)
    return [
        f"**No rollback leads back**: {old.rule.reason} [{old.rule.source}]. The way back is `{command.cli}` "
        f"on each node. Both have shown this image of {old.release}, with SHA-256 {old.image.sha256}; it "
        "stays there when the upgrade is over."
    ]


def _by_sha1(intent: Intent) -> list[str]:
    """The whole cluster is in what a yes is bound to, this with it."""
    cluster = intent.cluster
    if not (cluster.node0.legacy_sha1 or cluster.node1.legacy_sha1):
        return []
    return [
        "**SSH with SHA-1** is allowed with its nodes (`ssh: {legacy_sha1: true}` in the inventory): whoever "
        "can forge SHA-1 signatures could stand between."
    ]


def _traces(intent: Intent) -> list[str]:
    if not are_wanted(intent):
        return []
    lines = "; ".join(trace_lines(intent.policy.evidence))
    return [
        f"**Before it the configuration is committed**, on the RG0 primary for both nodes: `{lines}`. When "
        f"the upgrade is over, however it ends: `{'; '.join(UNDO)}`. Where the configuration has such "
        "options already they are left alone. Policy asks for this (`traceoptions`)."
    ]


def _readiness(ready: Ready | None) -> list[str]:
    """The assessment and its findings; what is asked about stands above already, once."""
    if ready is None:
        return ["Readiness: not assessed."]
    asked = ready.passed.ask
    found = "nothing else speaks against it" if asked else ready.text.removeprefix("ready: ")
    findings = [text for text in ready.passed.findings if asked is None or text not in asked]
    return [f"Readiness: {found}.", *(f"- {text}" for text in findings)]


def downgrade_request(context: UpgradeContext) -> ApprovalRequest:
    """The second question where the image is an older release: nothing but what that means."""
    intent, so_far = context.intent, context.known()
    running, choice = downgrade_of(so_far), routes_to(context, baseline(so_far, context.evidence))
    own = choice.of(intent.route) if choice is not None else None
    validated = [f"- {node}: {' '.join(words.split())}" for node, words in so_far.validated.items()]
    against = [f"- {text}" for text in so_far.found_by(FoundBy.VALIDATION)]
    lines = [
        f"**{intent.cluster.name}** goes **back** from {running} to **{intent.image.release}**, an older "
        f"release, by {intent.route.label}. Besides the start, this is asked for itself.",
        f"**Traffic stops**: {outage_words(own.cost if own else None)}. Sessions are lost. A downgrade may "
        "disrupt the network and lose data (guide).",
        "**Configuration**: the older release may not know statements that the newer one has. "
        "What each node's own validation says of it:",
        "\n".join((*validated, *against)) or "- it was not validated by a node",
        _encryption(is_ha_link_encrypted(baseline_state(so_far, context.evidence))),
    ]
    subject = f"Accept the downgrade of {intent.cluster.name} to {intent.image.release}?"
    return ApprovalRequest(subject=subject, body="\n\n".join(lines))


def _encryption(is_on: bool | None) -> str:
    shown = {
        False: "the configuration has none",
        True: "**it is on**. Deactivate it first where the older release has none, else the nodes cannot "
        "talk. Whether switching it off needs a reboot is not documented",
        None: "**not known**: the configuration was not read. It must be off where the older release "
        "has none",
    }[is_on]
    return f"Encryption of the HA link (guide): {shown}."


def recovery_request(context: UpgradeContext) -> ApprovalRequest:
    """The plan, with what was found on each node and what it means."""
    plan, diagnosis = stored_plan(context), stored_diagnosis(context)
    if plan is None or diagnosis is None:
        raise RequestRefused("there is no recovery plan in the journal: it must be made before this step")
    subject = f"Put {context.intent.cluster.name} back ({plan.kind.replace('_', ' ')})?"
    body = describe_plan(plan, diagnosis)
    if watched := context.known().nothing_moved:
        body = f"{body}\n\nIs an ISSU still running? Both nodes were watched: {watched}."
    return ApprovalRequest(subject=subject, body=body)
