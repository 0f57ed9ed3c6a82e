"""An audit: every cluster is a row, whatever becomes of it, and what changed since the last one is told."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from srx_issu.catalog import Catalog
from srx_issu.domain.audit import AuditVerdict, Matrix
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.intent import Intent, Limits, Policy, Timers
from srx_issu.domain.upgrade.support import SupportMatrix
from srx_issu.domain.verdict import Status
from srx_issu.report.audit import build_audit_report
from srx_issu.steps.audit.context import AuditContext
from srx_issu.steps.audit.fleet import audit_batch, make_matrix, plan_audit, summary
from tests.fakes.audits import MemoryAudits
from tests.fakes.memory import MemoryLeases, SteppingClock
from tests.unit.checks.healthy import NODE0, NODE1, TARGET, Case, healthy
from tests.unit.checks.healthy import intent as plain_intent
from tests.unit.checks.plain import plain_run

SMALL = rows.Filesystem(mounted_on="/var", available_bytes=1, total_bytes=10**10)


@dataclass(frozen=True)
class SmallCatalog:
    """What an audit reads of the operator's files."""

    clusters: dict[str, Cluster]
    images: dict[str, Image]
    support_rules: SupportMatrix = field(default_factory=lambda: SupportMatrix(platforms={}))

    def policy_for(self, cluster: Cluster, image: Image) -> Policy:
        return Policy(timers=Timers(), limits=Limits(), tolerances={})


@dataclass
class Fleet:
    """Four clusters: two of a model that has an image, one of a model that has none, one like the first."""

    audits: MemoryAudits = field(default_factory=MemoryAudits)
    leases: MemoryLeases = field(default_factory=MemoryLeases)
    clock: SteppingClock = field(default_factory=SteppingClock)
    cases: dict[str, Case | Exception] = field(default_factory=dict)

    def context(
        self, audit_id: str = "audit__1", look: Callable[[Intent], Observation] | None = None
    ) -> AuditContext:
        given = plain_intent()
        names = {"fw-a": "SRX4600", "fw-b": "SRX4600", "fw-c": "SRX1500", "fw-d": "SRX4600"}
        clusters = {n: replace(given.cluster, name=n, model=m) for n, m in names.items()}
        known = SmallCatalog(clusters=clusters, images={given.image.name: given.image})
        return AuditContext(
            audit_id=audit_id,
            catalog=known,  # type: ignore[arg-type]  # the part of it that audits use
            audits=self.audits,
            leases=self.leases,
            look=look or self._look,
            clock=self.clock,
            log=logging.getLogger("test"),
            validate=plain_run,
        )

    def _look(self, intent: Intent) -> Observation:
        case = self.cases.get(intent.cluster.name, healthy())
        if isinstance(case, Exception):
            raise case
        return Observation(snapshot=case.snapshot, state=case.state)


def audited(fleet: Fleet, audit_id: str = "audit__1") -> Matrix:
    context = fleet.context(audit_id)
    for batch in plan_audit(context, 2).batches:
        audit_batch(context, batch)
    return make_matrix(context)[0]


def verdicts(matrix: Matrix) -> dict[str, AuditVerdict]:
    return {cluster.name: cluster.verdict for cluster in matrix.clusters}


def test_each_cluster_is_a_row_whatever_becomes_of_it() -> None:
    fleet = Fleet()
    silent = healthy().view(NODE0, reachable=False, release=None, groups=(), error="no route")
    fleet.cases["fw-a"] = silent.view(NODE1, reachable=False, release=None, groups=(), error="no route")
    fleet.cases["fw-b"] = RequestRefused("connection srx_berlin: no user name (Login)")
    fleet.leases.take("cluster:fw-d", "manual__1", 3600)
    matrix = audited(fleet)
    assert verdicts(matrix) == {
        "fw-a": AuditVerdict.NO_ANSWER,
        "fw-b": AuditVerdict.NOT_LOOKED_AT,
        "fw-c": AuditVerdict.NOT_READY,  # its nodes call themselves SRX4600
        "fw-d": AuditVerdict.BUSY,
    }
    assert summary(matrix) == "4 clusters: 1 NOT_READY, 1 NO_ANSWER, 1 BUSY, 1 NOT_LOOKED_AT"


def test_a_batch_that_did_not_end_leaves_rows_that_say_so() -> None:
    fleet = Fleet()
    context = fleet.context()
    first, second = plan_audit(context, 2).batches
    audit_batch(context, first)
    matrix, changed = make_matrix(context)
    assert changed is None
    assert {n for n, v in verdicts(matrix).items() if v is AuditVerdict.NOT_LOOKED_AT} == set(second)


def test_of_a_cluster_that_runs_its_newest_image_nothing_is_said_of_going_there() -> None:
    fleet = Fleet()
    fleet.cases["fw-a"] = healthy().view(NODE0, release=TARGET).view(NODE1, release=TARGET)
    row = next(row for row in audited(fleet).clusters if row.name == "fw-a")
    assert row.verdict is AuditVerdict.ALREADY_CURRENT
    cells = [row.cell(check) for check in ("release_is_later", "eligible", "eligibility_documented")]
    assert {cell.status for cell in cells if cell} == {Status.SKIPPED}


def test_without_an_image_what_needs_one_is_skipped_and_the_rest_is_judged() -> None:
    fleet = Fleet()
    fleet.cases["fw-c"] = healthy().view(NODE0, model="SRX1500").view(NODE1, model="SRX1500")
    (row,) = [c for c in audited(fleet).clusters if c.name == "fw-c"]
    assert (row.verdict, row.target) == (AuditVerdict.READY, None)
    skipped = {cell.check for cell in row.cells if cell.status is Status.SKIPPED}
    assert {"eligible", "var_tmp_space", "image_for_model", "release_is_later"} <= skipped
    states = row.cell("group_states")
    assert states is not None
    assert states.status is Status.PASS


def test_what_changed_since_the_last_audit_is_told() -> None:
    fleet = Fleet()
    audited(fleet)
    fleet.cases["fw-a"] = healthy().rows("var_tmp", NODE0, SMALL)
    fleet.clock.sleep(86_400)
    context = fleet.context("audit__2")
    for batch in plan_audit(context, 10).batches:
        audit_batch(context, batch)
    _, changed = make_matrix(context)
    assert changed is not None
    space = {("fw-a", name, "FAIL") for name in ("var_tmp_space", "var_tmp_space_at_start")}
    assert {(c.cluster, c.check, c.after) for c in changed if c.check} == space


def test_the_report_has_every_cluster_and_check_in_each_form() -> None:
    fleet = Fleet()
    fleet.cases["fw-a"] = RequestRefused("=cmd|' /C calc'!A0")
    matrix = audited(fleet)
    report = build_audit_report(matrix, None)
    table = list(csv.reader(io.StringIO(report.csv)))
    assert [line[0] for line in table[1:]] == ["fw-a", "fw-b", "fw-c", "fw-d"]
    assert set(matrix.checks) <= set(table[0])
    assert table[1][6].startswith("'=")  # no formula for a spreadsheet
    assert len(json.loads(report.json)["matrix"]["clusters"]) == 4
    assert all(f">{name}<" in report.html for name in ("fw-a", "fw-b", "fw-c", "fw-d"))
    assert "<script" not in report.html


def test_the_catalogue_that_is_used_is_the_operators() -> None:
    assert {"clusters", "images", "support_rules"} <= set(Catalog.__dataclass_fields__)
