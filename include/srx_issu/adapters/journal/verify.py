"""Whether an upgrade's journal is whole: the chain, its end, its signatures, its entries, the outcome."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_issu.adapters.journal.chain_store import Stored
from srx_issu.adapters.journal.conditions import check_account, check_leases
from srx_issu.adapters.journal.links import (
    ChainRow,
    Fault,
    Head,
    Link,
    check_head,
    check_signatures,
    compare_rows,
    read_links,
)
from srx_issu.adapters.journal.signing import Signature, Verifier
from srx_issu.domain.plural import many


@dataclass(frozen=True, kw_only=True)
class Verification:
    """``notes`` are no faults: what could not be proven, and why."""

    upgrade_id: str
    head: Head | None
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not self.faults


def verify_stored(stored: Stored, verifier: Verifier | None, heads: tuple[Head, ...] = ()) -> Verification:
    """A chain in the database, against the tables beside it."""
    rows, faults = read_links(stored.upgrade_id, stored.links)
    beside = (
        *compare_rows(rows, stored.rows),
        *check_leases(rows, stored.upgrade_id, stored.held),
    )
    return _verified(stored.upgrade_id, stored.links, rows, (*faults, *beside), verifier, heads)


def verify_links(
    upgrade_id: str,
    links: tuple[Link, ...],
    verifier: Verifier | None,
    heads: tuple[Head, ...] = (),
    signature: Signature | None = None,
) -> Verification:
    """A chain by itself, as an export holds it; ``signature`` is that of its head."""
    rows, faults = read_links(upgrade_id, links)
    if verifier and signature and links:
        end = links[-1]
        if not verifier.accepts(signature, upgrade_id, end.position, end.hash):
            faults = (*faults, Fault(position=end.position, what="the head's signature is not of this chain"))
    return _verified(upgrade_id, links, rows, faults, verifier, heads)


def _verified(
    upgrade_id: str,
    links: tuple[Link, ...],
    rows: tuple[ChainRow, ...],
    faults: tuple[Fault, ...],
    verifier: Verifier | None,
    heads: tuple[Head, ...],
) -> Verification:
    found = [*faults, *(fault for head in heads if (fault := check_head(links, head)))]
    if verifier is not None:
        found.extend(check_signatures(upgrade_id, links, verifier))
    found.extend(check_account(rows))
    return Verification(
        upgrade_id=upgrade_id,
        head=Head(position=links[-1].position, hash=links[-1].hash) if links else None,
        faults=tuple(found) if links else (Fault(position=None, what="has no chain at all"), *found),
        notes=tuple(_notes(links, rows, verifier)),
    )


def _notes(links: tuple[Link, ...], rows: tuple[ChainRow, ...], verifier: Verifier | None) -> Iterator[str]:
    if carried := sum(1 for row in rows if row.carried):
        yield f"{many(carried, 'row was', 'rows were')} there before the chain was: as found then"
    if not links:
        return
    if not any(link.signature for link in links):
        yield "the head is not signed: the journal has no key (SRX_ISSU_JOURNAL_KEY_FILE)"
    elif verifier is None:
        yield "the signatures were not checked: give the key's public half with --key"
    elif unsigned := next((i for i, link in enumerate(links) if link.signature), 0):
        yield f"the first {unsigned} rows were written before there was a key"
