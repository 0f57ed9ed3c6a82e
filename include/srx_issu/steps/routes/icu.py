"""Where an in-band cluster upgrade (ICU) stands: from both nodes, and from what its job left on its node."""

from __future__ import annotations

from dataclasses import replace

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.errors import DeviceError
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.failure.last_words import exit_status_of
from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.junos.job import exit_beside
from srx_issu.domain.procedure.action import CommandKind
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.domain.routes.icu_stopped import IcuJob, diagnose_icu
from srx_issu.domain.routes.icu_way_back import recover_icu
from srx_issu.domain.upgrade.leads_back import OldImage, old_image_of
from srx_issu.domain.upgrade.route import Route
from srx_issu.steps.baseline import course_of
from srx_issu.steps.context import UpgradeContext


def diagnose_icu_stop(
    context: UpgradeContext, now: Snapshot, *, overdue: bool
) -> tuple[Snapshot, Diagnosis, RecoveryPlan]:
    """The look with what the job says of its end, what it is called, and what would be done about it."""
    course = course_of(context.known(), context.evidence, context.intent)
    job = _job(context)
    seen = _with_end(now, course.starter, job.has_ended)
    diagnosis = diagnose_icu(course.before, seen, course.starter, course.target, job=job, overdue=overdue)
    plan = recover_icu(
        course.before,
        seen,
        diagnosis,
        fails_back=context.intent.fail_back,
        rules=context.intent.policy.failures,
    )
    return seen, diagnosis, in_doubt(plan, old_image_of(context.intent, course.before))


def in_doubt(plan: RecoveryPlan, old: OldImage | None) -> RecoveryPlan:
    """Where no source says that a rollback leads back, a person is asked before it is tried; whether it does,
    the node's next boot shows."""
    rolls_back = any(command.order is CommandKind.ROLL_BACK_NEXT_BOOT for command in plan.commands)
    if old is None or not rolls_back:
        return plan
    lies = f"; {old.image.name} lies on both nodes" if old.image else ""
    caution = (
        f"{old.rule.reason}. Where the rollback does not show {old.release} for the next boot, nothing more "
        f"is sent{lies}"
    )
    permission = Permission.ASK if plan.permission is Permission.AUTOMATIC else plan.permission
    return replace(plan, permission=permission, cautions=(*plan.cautions, caution))


def with_command_end(context: UpgradeContext, look: Snapshot) -> Snapshot:
    """The look of a recovery's step; of an ICU with whether its command has ended, read anew."""
    if context.intent.route is not Route.ICU:
        return look
    starter = course_of(context.known(), context.evidence, context.intent).starter
    return _with_end(look, starter, _job(context).has_ended)


def _with_end(look: Snapshot, starter: NodeName, has_ended: bool | None) -> Snapshot:
    view = replace(look.view(starter), command_ended=has_ended)
    return replace(look, node0=view) if starter is NodeName.NODE0 else replace(look, node1=view)


def _job(context: UpgradeContext) -> IcuJob:
    """A refused start has no more words than its refusal, and has ended."""
    so_far = context.known()
    begun = so_far.start
    if so_far.start_refusal is not None:
        return IcuJob(transcript=so_far.start_refusal, exit_status=None, has_ended=True)
    if begun is None or begun.transcript_path is None:
        return IcuJob(transcript=None, exit_status=None, has_ended=None)
    transcript = _read(context, begun.starter, begun.transcript_path)
    exit_status = exit_status_of(_read(context, begun.starter, exit_beside(begun.transcript_path)))
    has_ended = None if exit_status is None and transcript is None else exit_status is not None
    return IcuJob(transcript=transcript, exit_status=exit_status, has_ended=has_ended)


def _read(context: UpgradeContext, node: NodeName, path: str) -> str | None:
    try:
        return context.reader.read_text(node, path)
    except DeviceError:
        return None
