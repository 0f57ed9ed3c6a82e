"""One writer at a time for each upgrade, who signs the links that the database made of what was written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects.postgresql import insert

from srx_issu.adapters.journal.moments import write_alone
from srx_issu.adapters.journal.signing import Signer
from srx_issu.adapters.journal.tables import chain, signatures


@contextmanager
def writing(connection: Connection, signer: Signer | None, *upgrade_ids: str) -> Iterator[None]:
    """Within a transaction: alone until it ends. What the body writes is signed; what others wrote is not."""
    write_alone(connection, *upgrade_ids)
    if signer is None:
        yield
        return
    before = {upgrade_id: _end(connection, upgrade_id) for upgrade_id in upgrade_ids}
    yield
    for upgrade_id, position in before.items():
        _sign(connection, signer, upgrade_id, position)


def _end(connection: Connection, upgrade_id: str) -> int:
    query = select(func.coalesce(func.max(chain.c.position), 0)).where(chain.c.upgrade_id == upgrade_id)
    return int(connection.scalars(query).one())


def _sign(connection: Connection, signer: Signer, upgrade_id: str, after: int) -> None:
    links = connection.execute(
        select(chain.c.position, chain.c.hash).where(
            chain.c.upgrade_id == upgrade_id, chain.c.position > after
        )
    ).all()
    made = [
        {
            "upgrade_id": upgrade_id,
            "position": link.position,
            "hash": link.hash,
            "key_id": signed.key_id,
            "signature": signed.signature,
        }
        for link in links
        for signed in [signer.sign(upgrade_id, link.position, link.hash)]
    ]
    if made:
        # A forged signature that is there already is left for the verifier, and holds no upgrade up.
        connection.execute(insert(signatures).values(made).on_conflict_do_nothing())
