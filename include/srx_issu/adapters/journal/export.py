"""One upgrade's chain as JSON Lines, for storage that is written once; verified without any database.

The first line says what it is, then one line a link, then the signed head with the public key. A link's line
holds exactly what was hashed, so that a later version reads it as this one does.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from srx_issu.adapters.journal.chain_store import Stored
from srx_issu.adapters.journal.links import Head, Link
from srx_issu.adapters.journal.signing import Signature, Signer, Verifier
from srx_issu.domain.errors import JournalError

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Export:
    """What a file holds. ``verifier`` is the public key that the file names itself: compare its id."""

    upgrade_id: str
    links: tuple[Link, ...]
    head: Head
    signature: Signature | None
    verifier: Verifier | None


def export_lines(stored: Stored, signer: Signer | None) -> Iterator[str]:
    """Raises JournalError when there is nothing to export."""
    if not stored.links:
        raise JournalError(f"upgrade {stored.upgrade_id} is not in the journal; 'srx-issu status' lists runs")
    last = stored.links[-1]
    signature = last.signature or (
        signer.sign(stored.upgrade_id, last.position, last.hash) if signer is not None else None
    )
    yield _line(srx_issu_journal=FORMAT, upgrade_id=stored.upgrade_id)
    for link in stored.links:
        yield _line(
            position=link.position,
            source=link.source,
            row_key=link.row_key,
            payload=link.payload,
            previous=link.previous,
            hash=link.hash,
            **_signed(link.signature),
        )
    public = {"public_key": signer.verifier.pem} if signer is not None else {}
    yield _line(head=str(Head(position=last.position, hash=last.hash)), **_signed(signature), **public)


def read_export(lines: Iterable[str]) -> Export:
    """Raises JournalError when it is not an export, or was cut short."""
    try:
        first, *middle, last = (json.loads(line) for line in lines if line.strip())
        if first["srx_issu_journal"] != FORMAT:
            raise JournalError(f"format {first['srx_issu_journal']} is not known; use a newer srx-issu")
        return Export(
            upgrade_id=str(first["upgrade_id"]),
            links=tuple(_link(line) for line in middle),
            head=Head.parse(str(last["head"])),
            signature=_signature(last),
            verifier=Verifier.from_pem(str(last["public_key"])) if "public_key" in last else None,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise JournalError(f"not an export of a journal, or cut short ({error!r})") from error


def _link(line: dict[str, Any]) -> Link:
    return Link(
        position=int(line["position"]),
        source=str(line["source"]),
        row_key=str(line["row_key"]),
        payload=str(line["payload"]),
        previous=str(line["previous"]),
        hash=str(line["hash"]),
        signature=_signature(line),
    )


def _signature(line: dict[str, Any]) -> Signature | None:
    if "signature" not in line:
        return None
    return Signature(key_id=str(line["key_id"]), signature=str(line["signature"]))


def _signed(signature: Signature | None) -> dict[str, str]:
    return {"key_id": signature.key_id, "signature": signature.signature} if signature else {}


def _line(**fields: object) -> str:
    return json.dumps(fields, ensure_ascii=False)
