"""What staging works with. Made by the composition root, ``airflow/composition/staging.py``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from srx_issu.campaign.planning import Planning
from srx_issu.domain.cluster.model import Cluster, Image, NodeName
from srx_issu.domain.comparison.difference import Observation
from srx_issu.ports.clock import Clock
from srx_issu.ports.devices import NodeFiles
from srx_issu.ports.journal import Leases
from srx_issu.ports.staging import StagingJournal


@dataclass(frozen=True, kw_only=True)
class StagingContext:
    """``look`` and ``files`` are called in threads; they may raise DeviceError, and RequestRefused when
    there is no account for the cluster. ``plan_now`` is by the same reading of the files as ``clusters`` and
    ``images``, and raises OperatorFileError while the campaign's own has faults."""

    staging_id: str
    plan_now: Callable[[], Planning]
    clusters: Mapping[str, Cluster]  # by name
    images: Mapping[str, Image]  # by file name
    disk_factor: Callable[[Cluster, Image], float]  # free space in /var/tmp, in images
    staged: StagingJournal
    leases: Leases
    look: Callable[[Cluster, Image], Observation]  # releases, and space in /var/tmp
    files: Callable[[Cluster, Image, NodeName], AbstractContextManager[NodeFiles]]
    clock: Clock
    log: logging.Logger
    stopped: Callable[[], str | None]  # who stopped the whole fleet, and why
