"""How ready is every cluster? Read-only. A cluster that does not answer is a row, never a failed audit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from srx_issu.catalog.requests.newest import newest_or_none
from srx_issu.domain.audit import (
    AuditedCluster,
    AuditVerdict,
    Cell,
    Change,
    Matrix,
    ProbeSummary,
    cells_of,
    changes,
    probe_cell,
    probe_file,
)
from srx_issu.domain.checking import Readiness, ReadinessVerdict
from srx_issu.domain.cluster.model import Cluster
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.errors import SrxIssuError
from srx_issu.domain.plural import many
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.domain.upgrade.support import InService, Support, judge
from srx_issu.domain.verdict import Status
from srx_issu.ports import codec
from srx_issu.steps.audit.context import AuditContext
from srx_issu.steps.audit.releases import note_releases

PLAN, BATCH, MATRIX = "plan.json", "batch.json", "matrix.json"
NO_IMAGE = "not judged: no image of the catalogue is for this model"


@dataclass(frozen=True, kw_only=True)
class AuditPlan:
    """Which clusters, in which batches. Kept, so that what is missing at the end is known."""

    began_at: datetime
    batches: tuple[tuple[str, ...], ...]

    @property
    def clusters(self) -> tuple[str, ...]:
        return tuple(name for batch in self.batches for name in batch)


def plan_audit(context: AuditContext, batch_size: int) -> AuditPlan:
    """Every cluster of the inventory; sites are spread over the batches, so that no site is asked at once."""
    context.audits.open_audit(context.audit_id, context.clock.now())
    names = sorted(context.catalog.clusters)
    batches = max(1, -(-len(names) // batch_size))
    plan = AuditPlan(
        began_at=context.clock.now(),
        batches=tuple(tuple(names[start::batches]) for start in range(batches) if names[start::batches]),
    )
    context.audits.write(context.audit_id, PLAN, codec.dumps(plan))
    return plan


def audit_batch(context: AuditContext, names: Sequence[str]) -> str:
    """Looks at these clusters, ``at_once`` at a time, and judges them. Returns the id of what was kept."""
    with ThreadPoolExecutor(max_workers=context.at_once, thread_name_prefix="audit") as pool:
        looks = pool.map(lambda name: _look(context, name), names)
        rows = tuple(_row(context, name, look) for name, look in zip(names, looks, strict=True))
    return context.audits.write(context.audit_id, BATCH, codec.dumps(rows, tuple[AuditedCluster, ...]))


Seen = tuple[Intent, Observation]


def _look(context: AuditContext, name: str) -> Seen | AuditedCluster:
    """What the nodes show; a row where they are not to be asked, or could not be."""
    cluster = context.catalog.clusters.get(name)
    if cluster is None:
        reason = "is no longer in the inventory"
        return AuditedCluster(
            name=name, model="?", site="?", verdict=AuditVerdict.NOT_LOOKED_AT, reason=reason
        )
    try:
        holder = context.leases.holder(f"cluster:{name}")
        if holder is not None and holder.expires_at > context.clock.now():
            return _unlooked(cluster, AuditVerdict.BUSY, f"held by upgrade {holder.owner}; left alone")
        intent = _intent(context, cluster)
        return intent, context.look(intent)
    except SrxIssuError as error:
        return _unlooked(cluster, AuditVerdict.NOT_LOOKED_AT, str(error))


def _unlooked(cluster: Cluster, verdict: AuditVerdict, reason: str) -> AuditedCluster:
    return AuditedCluster(
        name=cluster.name,
        model=cluster.model,
        site=cluster.site,
        hold=cluster.hold,
        verdict=verdict,
        reason=reason,
    )


def _intent(context: AuditContext, cluster: Cluster) -> Intent:
    """As if the cluster were to be upgraded to the newest image there is for its model."""
    image = newest_or_none(context.catalog, cluster.model)
    rules = context.catalog.support_rules
    return Intent(
        upgrade_id=context.audit_id,
        cluster=cluster,
        image=image,
        software=rules.software(cluster.model, cluster.routing_engine),
        support=rules.about(cluster.model),
        policy=context.catalog.policy_for(cluster, image),
        requested_by="audit",
    )


def _row(context: AuditContext, name: str, seen: Seen | AuditedCluster) -> AuditedCluster:
    if isinstance(seen, AuditedCluster):
        context.log.info("%s: %s: %s", name, seen.verdict, seen.reason)
        return seen
    from srx_issu.checks.readiness import check_readiness  # noqa: PLC0415 - Great Expectations takes seconds

    intent, look = seen
    running = next((view.release for view in look.snapshot.views if view.release), None)
    has_image = bool(intent.image.file)
    readiness = check_readiness(
        look.snapshot,
        look.state,
        intent,
        _support(context, intent, running, has_image=has_image),
        context.validate,
        no_image=None if has_image else NO_IMAGE,
    )
    verdict, reason = AuditVerdict(readiness.verdict.value), readiness.reason
    if not any(view.reachable for view in look.snapshot.views):
        verdict, reason = (
            AuditVerdict.NO_ANSWER,
            "; ".join(f"{v.node}: {v.error}" for v in look.snapshot.views),
        )
    return replace(
        _unlooked(intent.cluster, verdict, reason),
        running=running,
        target=intent.image.release if has_image else None,
        cells=(*_cells(readiness), _probe_cell(context, name)),
    )


def _probe_cell(context: AuditContext, name: str) -> Cell:
    """By the newest probe that was kept of the cluster."""
    newest = context.audits.newest(probe_file(name))
    if not newest:
        return probe_cell(None)
    return probe_cell(codec.loads(ProbeSummary, context.audits.read(newest[0])))


_OF_THE_PAIR = frozenset({"release_is_later", "eligible", "eligibility_documented"})


def _cells(readiness: Readiness) -> tuple[Cell, ...]:
    """Where the newest image runs already, nothing is to be said of going there."""
    cells = cells_of(readiness)
    if readiness.verdict is not ReadinessVerdict.ALREADY_CURRENT:
        return cells
    skipped = {"status": Status.SKIPPED, "text": readiness.reason}
    return tuple(replace(c, **skipped) if c.check in _OF_THE_PAIR else c for c in cells)  # type: ignore[arg-type]


def _support(context: AuditContext, intent: Intent, running: str | None, *, has_image: bool) -> Support:
    if running is None:
        return Support(verdict=InService.REFUSED, reason="neither node said which release it runs")
    target = intent.image.release if has_image else running
    return judge(intent.cluster.model, running, target, context.catalog.support_rules)


def make_matrix(context: AuditContext) -> tuple[Matrix, tuple[Change, ...] | None]:
    """All batches as one, and what changed; None = there is no audit to compare with.

    A cluster whose batch did not end is a row of its own.
    """
    found: dict[str, AuditedCluster] = {}
    plan: AuditPlan | None = None
    for evidence_id in context.audits.names(context.audit_id):
        name, content = evidence_id.rpartition("/")[2], context.audits.read(evidence_id)
        if _is(name, PLAN):
            plan = codec.loads(AuditPlan, content)
        elif _is(name, BATCH):
            found |= {row.name: row for row in codec.loads(tuple[AuditedCluster, ...], content)}
    if plan is None:
        raise LookupError("the audit has no plan: run plan_audit first")
    now = context.clock.now()
    rows = tuple(found.get(name) or _lost(context, name) for name in sorted(plan.clusters))
    matrix = Matrix(audit_id=context.audit_id, began_at=plan.began_at, ended_at=now, clusters=rows)
    before = _last(context)
    context.audits.write(context.audit_id, MATRIX, codec.dumps(matrix))
    note_releases(context.audits, matrix)
    return matrix, None if before is None else changes(before, matrix)


def _last(context: AuditContext) -> Matrix | None:
    earlier = context.audits.newest(MATRIX, besides=context.audit_id)
    return codec.loads(Matrix, context.audits.read(earlier[0])) if earlier else None


def _lost(context: AuditContext, name: str) -> AuditedCluster:
    cluster = context.catalog.clusters.get(name)
    reason = "its batch did not end; see the log of audit_batch"
    return AuditedCluster(
        name=name,
        model=cluster.model if cluster else "?",
        site=cluster.site if cluster else "?",
        verdict=AuditVerdict.NOT_LOOKED_AT,
        reason=reason,
    )


def _is(name: str, kind: str) -> bool:
    """``batch.json``, ``batch-2.json``, ..."""
    return name == kind or name.startswith(f"{kind.removesuffix('.json')}-")


def summary(matrix: Matrix, verdicts: Iterable[AuditVerdict] = AuditVerdict) -> str:
    """``30 clusters: 28 READY, 2 NOT_READY``."""
    counts = [f"{count} {verdict}" for verdict in verdicts if (count := matrix.count(verdict))]
    return f"{many(len(matrix.clusters), 'cluster')}: {', '.join(counts) or 'nothing was looked at'}"
