"""What is known of images that were copied to nodes ahead of an upgrade."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from srx_issu.domain.cluster.model import NodeName


@dataclass(frozen=True, kw_only=True)
class Staged:
    """What was last tried for one image on one node."""

    at: datetime
    staging_id: str  # the run that tried it
    cluster: str
    node: NodeName
    image: str
    sha256: str
    failed: str | None = None  # why the image is not there; None = it is, proven by the node's own SHA-256


class StagingJournal(Protocol):
    """Both methods raise JournalError when the database does not answer."""

    def record_staged(self, staged: Staged) -> None: ...

    def newest_staged(self, clusters: Collection[str]) -> tuple[Staged, ...]:
        """The newest of each cluster, node and checksum."""
        ...
