"""A staging's context with the real adapters, for workers."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

from srx_issu import catalog
from srx_issu.adapters.clock import SystemClock
from srx_issu.airflow.composition.inventory import load_catalog
from srx_issu.airflow.composition.looking import Accounts, looker
from srx_issu.airflow.composition.stop import stopped
from srx_issu.airflow.composition.stores import open_stores
from srx_issu.domain.cluster.model import Cluster, Image, NodeName
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.devices import NodeFiles
from srx_issu.steps.audit.releases import last_seen_releases
from srx_issu.steps.staging.context import StagingContext

SPACE = ("var_tmp",)


def open_staging(name: str, run_id: str, log: Any = None, clusters: Iterable[str] = ()) -> StagingContext:
    """``clusters``: those whose nodes will be asked. The files are read here, once for the plan and for what
    is copied by it. Raises OperatorFileError."""
    from srx_issu.adapters.devices.transfer import SshNodeFiles  # noqa: PLC0415 - paramiko takes a second to import

    stores, known = open_stores(), load_catalog()
    accounts = Accounts.of(known.clusters[each] for each in clusters if each in known.clusters)
    look = looker(accounts, lambda _: SPACE)
    staging_id = f"staging/{name}/{run_id}"  # no run id has a slash: never the owner of an upgrade's lease

    def look_at(cluster: Cluster, image: Image) -> Observation:
        return look(
            Intent(
                upgrade_id=staging_id,
                cluster=cluster,
                image=image,
                software=SoftwareFamily.SYSTEM,
                policy=known.policy_for(cluster, image),
                requested_by="staging",
            )
        )

    def files(cluster: Cluster, image: Image, node: NodeName) -> AbstractContextManager[NodeFiles]:
        timers = known.policy_for(cluster, image).timers
        return SshNodeFiles(node, cluster.address(node), accounts.account(cluster), timers)

    return StagingContext(
        staging_id=staging_id,
        plan_now=lambda: catalog.plan_campaign(
            known, name, lambda: last_seen_releases(stores.campaigns, stores.audits)
        ),
        clusters=known.clusters,
        images=known.images,
        disk_factor=lambda cluster, image: known.policy_for(cluster, image).limits.disk_factor,
        staged=stores.staging,
        leases=stores.leases,
        look=look_at,
        files=files,
        clock=SystemClock(),
        log=log if log is not None else logging.getLogger(__name__),
        stopped=stopped,
    )
