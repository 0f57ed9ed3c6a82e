"""One probe: ask, try, read. Stops before anything is tried where an upgrade is under way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from srx_issu.adapters.devices.credentials import Credentials
from srx_issu.catalog import Catalog
from srx_issu.catalog.requests.newest import newest_image, newest_or_none
from srx_issu.domain.cluster.model import Cluster, Image, NodeName
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Policy
from srx_issu.domain.upgrade.support import SupportMatrix
from srx_issu.ports.journal import Lease
from srx_issu.probe.asking import Progress, ask_everything
from srx_issu.probe.exchange import Exchange, KeptAnswers
from srx_issu.probe.paths import told_path
from srx_issu.probe.platform import told_platform
from srx_issu.probe.predicted import predict
from srx_issu.probe.reading import read_answers, snapshot_of, views_of
from srx_issu.probe.report import ProbeReport
from srx_issu.probe.told import Basis, told_by_answers, told_identity
from srx_issu.probe.tried import Tried, try_everything

NO_IMAGE = "/var/tmp/image.tgz"  # stands for the image where the catalogue has none for the model


class LeaseLook(Protocol):
    """Of the leases only who holds one: a probe takes none."""

    def holder(self, resource: str, /) -> Lease | None: ...


@dataclass(frozen=True, kw_only=True)
class ProbeRequest:
    """Which cluster, with which rights, by which policy. ``image`` None: the catalogue has none for it."""

    cluster: Cluster
    account: Credentials
    policy: Policy
    software: SoftwareFamily
    image: Image | None
    rules: SupportMatrix

    @property
    def basis(self) -> Basis:
        return Basis(
            software=self.software,
            image_path=self.image.node_path if self.image else NO_IMAGE,
            clock_skew_s=self.policy.limits.clock_skew_s,
        )


def request_for(catalog: Catalog, cluster: Cluster, account: Credentials) -> ProbeRequest:
    """As if the cluster were to be upgraded to the newest image there is for its model."""
    return ProbeRequest(
        cluster=cluster,
        account=account,
        policy=catalog.policy_for(cluster, newest_or_none(catalog, cluster.model)),
        software=catalog.support_rules.software(cluster.model, cluster.routing_engine),
        image=newest_image(catalog, cluster.model),
        rules=catalog.support_rules,
    )


@dataclass(frozen=True, kw_only=True)
class Probed:
    """What came of it, with all that it was made of."""

    report: ProbeReport
    began_at: datetime
    exchanges: tuple[Exchange, ...]
    tried: Tried


def refuse_while_held(leases: LeaseLook, cluster: str, now: datetime) -> None:
    """Raises RequestRefused while an upgrade has the cluster. Takes no lease."""
    holder = leases.holder(f"cluster:{cluster}")
    if holder is not None and holder.expires_at > now:
        raise RequestRefused(
            f"upgrade {holder.owner} has {cluster} until {holder.expires_at:%Y-%m-%d %H:%M} UTC: nothing was "
            "asked of its nodes; probe it when the upgrade is over"
        )


def probe(request: ProbeRequest, began_at: datetime, progress: Progress) -> Probed:
    """Never raises for a node; RequestRefused where the nodes show that an ISSU is under way."""
    cluster, timers = request.cluster, request.policy.timers
    exchanges = ask_everything(cluster, request.account, timers, progress=progress, go_on=_refuse_issu)
    progress("trying shell, job and file copy")
    tried = try_everything(cluster, request.account, timers)
    report = make_report(request.basis, cluster.name, exchanges, tried)
    answers = KeptAnswers.of(exchanges)
    identity = told_identity(cluster, report.readings, snapshot_of(answers))
    report = replace(
        report,
        trials=(
            *report.trials,
            *identity,
            told_path(cluster, answers, request.rules),
            *told_platform(cluster.model, request.rules),
        ),
        predictions=predict(request.image, tried.speeds, timers),
    )
    return Probed(report=report, began_at=began_at, exchanges=exchanges, tried=tried)


def make_report(basis: Basis, cluster: str, exchanges: tuple[Exchange, ...], tried: Tried) -> ProbeReport:
    """From answers alone: a moment after they came, or out of a bundle, without a device."""
    answers = KeptAnswers.of(exchanges)
    readings = read_answers(answers)
    told = told_by_answers(answers, readings, snapshot_of(answers), basis)
    return ProbeReport(cluster=cluster, readings=readings, trials=(*told, *tried.trials))


def _refuse_issu(looked: KeptAnswers) -> None:
    """By the nodes' own words: an upgrade that no journal knows of. Between its two reboots the nodes run
    different releases, and not every release shows that an ISSU is under way."""
    releases: dict[NodeName, str] = {}
    for view in views_of(looked).values():
        if view.issu is not None and view.issu.in_progress:
            raise RequestRefused(
                f"{view.node} says that an ISSU is in progress: nothing more was asked, nothing was tried"
            )
        if view.release is not None:
            releases[view.node] = view.release
    if len(releases) == len(NodeName) and not same_release(*releases.values()):
        runs = " and ".join(f"{node} runs {release}" for node, release in sorted(releases.items()))
        raise RequestRefused(
            f"{runs}: an ISSU may be under way, or have stopped half way; nothing more was asked, nothing "
            "was tried. Find out who upgrades this cluster, and probe it when both nodes run one release"
        )
