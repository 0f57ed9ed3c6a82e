"""One cluster's image on both its nodes, ahead of its upgrade."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from srx_issu.domain.cluster.model import Cluster, Image, NodeName
from srx_issu.domain.errors import RequestRefused, SrxIssuError
from srx_issu.domain.junos.version import same_release
from srx_issu.domain.upgrade.space import bytes_needed
from srx_issu.ports.devices import NodeFiles
from srx_issu.ports.staging import Staged
from srx_issu.steps.gate.staging import upload_ahead
from srx_issu.steps.staging.context import StagingContext
from srx_issu.steps.staging.throttle import Throttle
from srx_issu.steps.upload import check_arrived, check_source, is_there

LEASE_S = 7200.0  # a checksum on a small routing engine may take most of an hour, in silence
_RENEW = timedelta(seconds=300)


def stage_cluster(
    context: StagingContext,
    cluster: Cluster,
    image: Image,
    throttle: Throttle,
    halted: Callable[[], str | None],
) -> tuple[Staged, ...]:
    """One result a node, written down. ``halted``: who stopped the fleet, and why. The cluster's lease keeps
    upgrades away meanwhile; a cluster that somebody has is left alone."""
    owner, lease = f"{context.staging_id}/{cluster.name}", f"cluster:{cluster.name}"
    try:
        if reason := halted():
            raise RequestRefused(reason)
        context.leases.take(lease, owner, LEASE_S)
    except SrxIssuError as error:
        return tuple(_record(context, cluster, image, node, str(error)) for node in NodeName)
    try:
        return _stage_nodes(context, cluster, image, _Progress(context, cluster, throttle, owner, halted))
    finally:
        context.leases.release(lease, owner)


def _stage_nodes(
    context: StagingContext, cluster: Cluster, image: Image, progress: _Progress
) -> tuple[Staged, ...]:
    try:
        look = context.look(cluster, image)
    except SrxIssuError as error:
        return tuple(_record(context, cluster, image, node, str(error)) for node in NodeName)
    if all(v.release and same_release(v.release, image.release) for v in look.snapshot.views):
        context.log.info("%s runs %s already", cluster.name, image.release)
        return tuple(_record(context, cluster, image, node, None) for node in NodeName)
    done = []
    for node in NodeName:
        space = look.state.var_tmp.one_of(node)
        reason = look.snapshot.view(node).error or look.state.var_tmp.reason_of(node)
        free = space.available_bytes if space is not None else None
        try:
            if free is None:
                raise RequestRefused(reason or "does not say how much is free in /var/tmp")
            _stage_node(context, cluster, image, node, free, progress)
        except SrxIssuError as error:
            done.append(_record(context, cluster, image, node, str(error)))
        else:
            done.append(_record(context, cluster, image, node, None))
    return tuple(done)


def _stage_node(
    context: StagingContext,
    cluster: Cluster,
    image: Image,
    node: NodeName,
    free_bytes: int,
    progress: _Progress,
) -> None:
    with context.files(cluster, image, node) as files:
        if is_there(files, image):
            context.log.info("%s %s: %s is there already", cluster.name, node, image.name)
            return
        _check_space(context, cluster, image, files, free_bytes)
        context.log.info("%s %s: copying %s, %d bytes", cluster.name, node, image.name, image.size_bytes)
        check_source(image)
        upload_ahead(files, node, image, progress.of_one_copy(), halted=progress.halted(), hold=progress.hold)
        check_arrived(files, node, image)


def _check_space(
    context: StagingContext, cluster: Cluster, image: Image, files: NodeFiles, free_bytes: int
) -> None:
    there = min(files.arrived(image.node_path), image.size_bytes)
    needed = bytes_needed(image, context.disk_factor(cluster, image), there)
    if free_bytes < needed:
        raise RequestRefused(
            f"/var/tmp has {free_bytes:,} bytes free, the upgrade will need {needed:,}; "
            "delete old images or run 'request system storage cleanup'"
        )


def _record(
    context: StagingContext, cluster: Cluster, image: Image, node: NodeName, failed: str | None
) -> Staged:
    staged = Staged(
        at=context.clock.now(),
        staging_id=context.staging_id,
        cluster=cluster.name,
        node=node,
        image=image.name,
        sha256=image.sha256,
        failed=failed,
    )
    context.staged.record_staged(staged)
    if failed:
        context.log.warning("%s %s: not staged: %s", cluster.name, node, failed)
    return staged


class _Progress:
    """Between two pieces of a copy: the shared line is respected, and the lease kept."""

    def __init__(
        self,
        context: StagingContext,
        cluster: Cluster,
        throttle: Throttle,
        owner: str,
        halted: Callable[[], str | None],
    ) -> None:
        self.halted = halted
        self._context, self._throttle, self._owner = context, throttle, owner
        self._lease = f"cluster:{cluster.name}"
        self._renewed: datetime = context.clock.now()

    def of_one_copy(self) -> Callable[[int, int], None]:
        before: int | None = None

        def progress(there: int, _: int) -> None:
            nonlocal before
            if before is not None:
                self._throttle.sent(there - before)
            before = there
            self._renew()

        return progress

    def _renew(self) -> None:
        now = self._context.clock.now()
        if now - self._renewed >= _RENEW:
            self.hold()
            self._renewed = now

    def hold(self) -> None:
        """Raises LeaseHeld or JournalError when the cluster's lease is not ours."""
        self._context.leases.renew(self._lease, self._owner, LEASE_S)
