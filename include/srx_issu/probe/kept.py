"""A probe that is kept: its bundle and its summary, beside the audits, which show the newest one."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.audit import ProbeSummary, probe_file
from srx_issu.ports import codec
from srx_issu.ports.audit import Audits
from srx_issu.ports.clock import Clock
from srx_issu.probe.asking import Progress
from srx_issu.probe.bundle import bundle_of, written
from srx_issu.probe.probing import LeaseLook, ProbeRequest, probe, refuse_while_held
from srx_issu.probe.scrub import Pseudonyms

BUNDLE = "bundle.json"


@dataclass(frozen=True, kw_only=True)
class KeptProbe:
    """What was found, and where its bundle is among the evidence."""

    summary: ProbeSummary
    bundle_id: str


def probe_and_keep(
    request: ProbeRequest,
    probe_id: str,
    *,
    leases: LeaseLook,
    audits: Audits,
    clock: Clock,
    made_by: str,
    progress: Progress,
) -> KeptProbe:
    """Raises RequestRefused while an upgrade has the cluster, or a node says that an ISSU is in progress;
    nothing is kept then."""
    began_at, name = clock.now(), request.cluster.name
    refuse_while_held(leases, name, began_at)
    probed = probe(request, began_at, progress)
    summary = ProbeSummary(
        cluster=name,
        probed_at=began_at,
        is_ready=probed.report.is_ready,
        verdict=probed.report.verdict,
        findings=tuple(f"{each.place}: {each.said}" for each in probed.report.findings),
    )
    audits.open_audit(probe_id, began_at)
    bundle = written(bundle_of(probed, request, made_by, Pseudonyms()))
    bundle_id = audits.write(probe_id, BUNDLE, bundle)
    audits.write(probe_id, probe_file(name), codec.dumps(summary))
    return KeptProbe(summary=summary, bundle_id=bundle_id)
