"""The StagingJournal port on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from srx_issu.adapters.journal.codec import aware, utc
from srx_issu.adapters.journal.database import Database
from srx_issu.adapters.journal.secrecy import redact
from srx_issu.adapters.journal.tables import staged_images
from srx_issu.domain.cluster.model import NodeName
from srx_issu.ports.staging import Staged


class SqlStaging:
    """Cheap to make, safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)

    def record_staged(self, staged: Staged) -> None:
        row = {
            "staging_id": staged.staging_id,
            "at": aware(staged.at, f"staging of {staged.cluster}"),
            "cluster": staged.cluster,
            "node": staged.node.value,
            "image": staged.image,
            "sha256": staged.sha256,
            "failed": redact(staged.failed) if staged.failed else None,
        }
        with self._database.transaction() as connection:
            connection.execute(insert(staged_images).values(row))

    def newest_staged(self, clusters: Collection[str]) -> tuple[Staged, ...]:
        table = staged_images.c
        each = (table.cluster, table.node, table.sha256)
        query = (
            select(staged_images)
            .where(table.cluster.in_(list(clusters)))
            .ext(distinct_on(*each))
            .order_by(*each, table.sequence.desc())
        )
        with self._database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Staged(
                at=utc(row.at),
                staging_id=row.staging_id,
                cluster=row.cluster,
                node=NodeName(row.node),
                image=row.image,
                sha256=row.sha256,
                failed=row.failed,
            )
            for row in rows
        )
