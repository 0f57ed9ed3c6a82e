"""A plan in words: for the approval's body, for a person who does it by hand, and for the runbook."""

from __future__ import annotations

from collections.abc import Iterator

from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.procedure.action import PlannedAction, PlannedCommand
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition
from srx_issu.domain.recovery.plan import RecoveryPlan


def describe(plan: RecoveryPlan, diagnosis: Diagnosis) -> str:
    """Markdown: what was found on each node, what it means, what would be sent, what to know before."""
    facts = FACTS[plan.failure]
    return "\n".join(
        (
            diagnosis.reason,
            "",
            f"{facts.true_now} Traffic: {facts.service}. {facts.words}",
            "",
            "Found:",
            *(f"- {finding.node}: {finding.text}" for finding in diagnosis.findings),
            *(f"- {sentence}" for sentence in diagnosis.evidence),
            *_cautions(plan),
            "",
            *_steps(plan),
        )
    )


def by_hand(plan: RecoveryPlan) -> tuple[str, ...]:
    """The plan as lines for a person: each command with the node to type it on, and when to go on."""
    return tuple(line for action in plan.actions for line in action_lines(action))


def describe_condition(condition: StateCondition) -> str:
    """A condition as a claim: ``node1 runs 21.4R3``."""
    node, group = condition.node, f"RG{condition.group_id}"
    ports = ", ".join(condition.ports)
    since = f" since {condition.booted_at:%Y-%m-%d %H:%M:%S %Z}" if condition.booted_at else ""
    sentences = {
        StateClaim.ANSWERS: f"{node} answers",
        StateClaim.RUNS: f"{node} runs {condition.release}",
        StateClaim.PRIMARY_OF_ALL: f"{node} is primary of every group",
        StateClaim.PRIMARY_OF: f"{node} is primary of {group}",
        StateClaim.REBOOTED: f"{node} has rebooted{since}",
        StateClaim.CAN_TAKE_OVER: f"{node} is in sync and could take over",
        StateClaim.CANNOT_TAKE_OVER: f"{node} still could not take over",
        StateClaim.NO_HOLD_DOWN: f"nobody is in secondary-hold in {group}",
        StateClaim.WINDOW_CLOSED: f"{node} reports no ISSU",
        StateClaim.WINDOW_NOT_OPEN: f"{node} reports no ISSU",
        StateClaim.FLAGS_CLEAR: f"{group} has its configured priorities",
        StateClaim.PENDING: f"{node} will boot {condition.release} next",
        StateClaim.HAS_PENDING: f"{node} will boot another image than it runs",
        StateClaim.NOTHING_PENDING: f"{node} will boot what it runs",
        StateClaim.COMMAND_ENDED: f"the command on {node} has ended, by the exit file of its job",
        StateClaim.GONE: f"{node} is down: its peer has lost it",
        StateClaim.WENT_DOWN: f"{node} is down",
        StateClaim.HEARD_BUT_SILENT: f"{node} does not answer, and its peer hears it",
        StateClaim.NOT_BACK: f"{node} is down, and not back yet",
        StateClaim.UNREBOOTED: f"{node} has not rebooted{since}",
        StateClaim.MAY_BOOT: f"nothing shows that {node} would boot another release than {condition.release}",
        StateClaim.LINKS_APART: f"{node} shows control and fabric link down",
        StateClaim.LINKS_JOINED: f"{node} shows control and fabric link up",
        StateClaim.PORTS_DOWN: f"{node} shows {ports} down",
        StateClaim.PORTS_UP: f"{node} shows {ports} up",
        StateClaim.ALONE: f"{node} is primary of every group, alone",
        StateClaim.BACK_ALONE: f"{node} has booted, and is alone",
        StateClaim.IN_FORCE: f"{node} shows these lines in force: {'; '.join(condition.lines)}",
        StateClaim.NO_COMMIT_PENDING: f"no commit on {node} waits for its confirmation",
        StateClaim.BACK_ON_OTHER: f"{node} is back, and does not run {condition.release}",
    }
    return sentences[condition.claim]


def _cautions(plan: RecoveryPlan) -> Iterator[str]:
    if plan.cautions:
        yield ""
        yield "Before you approve:" if plan.actions else "Left to be done by hand:"
        yield from (f"- {caution}" for caution in plan.cautions)


def _steps(plan: RecoveryPlan) -> Iterator[str]:
    if not plan.actions:
        yield "Nothing will be sent."
        return
    yield (
        "A person does:"
        if plan.permission is Permission.NEVER
        else "Would be done, each step after a new look:"
    )
    yield from (f"{number}. {line}" for number, line in enumerate(by_hand(plan), start=1))


def action_lines(action: PlannedAction) -> Iterator[str]:
    """Its commands, each with its node and what it needs, and what is waited for then."""
    if action.asks:
        yield f"a person: {action.asks}"
    yield from (_command(command) for command in action.commands)
    if action.done_when:
        yield f"wait until {'; '.join(describe_condition(condition) for condition in action.done_when)}"


def _command(command: PlannedCommand) -> str:
    needs = "; ".join(describe_condition(condition) for condition in (*command.needs, *command.waits_for))
    only_if = f", only if {needs}" if needs else ""
    return f"on {command.node}: `{command.cli}`{only_if}"
