"""What was staged, on PostgreSQL: the newest word on each node and image, and never a changed one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import create_engine, delete, make_url
from sqlalchemy.exc import DBAPIError

from srx_issu.adapters.journal import SqlStaging
from srx_issu.adapters.journal.tables import staged_images
from srx_issu.domain.cluster.model import NodeName
from srx_issu.ports.staging import Staged
from tests.integration.adapters.journal.samples import NOON

TRIED = Staged(
    at=NOON,
    staging_id="staging__spring__1",
    cluster="fw-a",
    node=NodeName.NODE0,
    image="junos.tgz",
    sha256="ab" * 32,
    failed="no route to host",
)


def test_the_newest_of_each_node_and_image_counts(journal_url: str) -> None:
    staging = SqlStaging(journal_url)
    there = replace(TRIED, failed=None)
    others = (replace(there, node=NodeName.NODE1), replace(TRIED, sha256="cd" * 32))
    for staged in (TRIED, *others, there, replace(there, cluster="fw-b")):
        staging.record_staged(staged)
    assert set(staging.newest_staged(["fw-a"])) == {there, *others}
    assert staging.newest_staged([]) == ()


def test_what_was_written_stays(journal_url: str) -> None:
    SqlStaging(journal_url).record_staged(TRIED)
    engine = create_engine(make_url(journal_url).set(drivername="postgresql+psycopg"))
    with engine.begin() as connection, pytest.raises(DBAPIError):
        connection.execute(delete(staged_images))
    engine.dispose()
