"""What went wrong and what was to be done about it: the diagnosis and the plan that the recovery kept."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from srx_issu.domain.failure.naming import Diagnosis
from srx_issu.domain.failure.table import FACTS
from srx_issu.domain.recovery.descriptions import by_hand
from srx_issu.domain.recovery.plan import RecoveryPlan
from srx_issu.ports import codec
from srx_issu.report.documents import Documents


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """``steps`` are the plan's, in order; none where a person must act. ``permission`` is policy's answer to
    whether they may be carried out: automatic, ask, never."""

    failure: str
    code: str | None  # the device's error code
    reason: str
    true_now: str
    service: str  # what it means for the traffic
    advice: str  # to the operator
    found: tuple[str, ...]  # on each node, then what else speaks for it
    plan: str
    permission: str
    cautions: tuple[str, ...]
    steps: tuple[str, ...]


def recovery(documents: Documents) -> Recovery | None:
    """None when nothing was diagnosed, or nothing that this version can read."""
    diagnosis_json, plan_json = documents.newest("diagnosis.json"), documents.newest("recovery-plan.json")
    if diagnosis_json is None or plan_json is None:
        return None
    try:
        diagnosis, plan = codec.loads(Diagnosis, diagnosis_json), codec.loads(RecoveryPlan, plan_json)
    except ValidationError:
        return None
    facts = FACTS[plan.failure]
    return Recovery(
        failure=plan.failure.replace("_", " "),
        code=diagnosis.code,
        reason=diagnosis.why,
        true_now=facts.true_now,
        service=facts.service.value,
        advice=facts.words,
        found=(*(f"{finding.node}: {finding.text}" for finding in diagnosis.findings), *diagnosis.evidence),
        plan=plan.kind.replace("_", " "),
        permission=plan.permission.value,
        cautions=plan.cautions,
        steps=by_hand(plan),
    )
