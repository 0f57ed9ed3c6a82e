"""The links of one upgrade's chain, and what is wrong with them. Pure: works on a file as on the database.

A link copies a row as JSON text and is hashed together with the hash before it; so a row that is altered,
put in between or taken out breaks it. Formats are never changed, only added: a journal of today is
verified by every later version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from srx_issu.adapters.journal.signing import Signature, Verifier
from srx_issu.domain.errors import JournalError
from srx_issu.domain.plural import many

NOTHING = "0" * 64  # before the first link
_EVENT = ("event_id", "upgrade_id", "at", "kind", "step", "text", "node", "key", "detail", "recorded_at")
_CHANGE = (
    *("change_id", "resource", "what", "owner", "at", "expires_at", "previous_owner"),
    *("previous_expires_at", "recorded_at"),
)
_EVIDENCE = ("evidence_id", "upgrade_id", "name", "path", "sha256", "size_bytes", "sequence", "recorded_at")
# format -> (table, what happened to the row) -> the columns that are in the link
COLUMNS: Mapping[int, Mapping[tuple[str, str], tuple[str, ...]]] = {
    1: {
        ("upgrades", "opened"): ("upgrade_id", "cluster", "target_release", "intent", "opened_at"),
        ("upgrades", "closed"): ("closed_at", "outcome", "reason"),
        ("events", "written"): _EVENT,
        ("lease_changes", "written"): _CHANGE,
        ("evidence", "written"): _EVIDENCE,
    }
}
Rows = Mapping[tuple[str, str], Mapping[str, Any]]  # (table, primary key) -> the row as it stands


@dataclass(frozen=True, kw_only=True)
class Link:
    """As stored. ``signature`` None = whoever wrote it had no key."""

    position: int
    source: str
    row_key: str
    payload: str
    previous: str
    hash: str
    signature: Signature | None = None


@dataclass(frozen=True, kw_only=True)
class Head:
    """The end of a chain at some moment; its text is ``57:9f86d0...``."""

    position: int
    hash: str

    @classmethod
    def parse(cls, text: str) -> Head:
        position, _, digest = text.strip().partition(":")
        if not position.isdigit() or len(digest) != len(NOTHING):
            raise JournalError(f"head {text!r}: expected POSITION:HASH as the report and the export print it")
        return cls(position=int(position), hash=digest.lower())

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """``position`` None = it is about the whole chain, or about a row that has no link."""

    position: int | None
    what: str

    def __str__(self) -> str:
        return f"row {self.position}: {self.what}" if self.position is not None else self.what


@dataclass(frozen=True, kw_only=True)
class ChainRow:
    """What a link says: the row as it was written."""

    position: int
    source: str
    row_key: str
    what: str
    carried: bool  # was there before the chain was
    values: Mapping[str, Any]

    @property
    def name(self) -> str:
        """For messages: which row of which table."""
        match self.source:
            case "events":
                return f"event {self.row_key} ({self.values.get('kind')} of {self.values.get('step')})"
            case "upgrades":
                return "the opening" if self.what == "opened" else "the closing"
            case "lease_changes":
                return f"lease change {self.row_key} ({self.values.get('what')})"
            case _:
                return f"{self.source} {self.row_key}"


def link_hash(previous: str, payload: str) -> str:
    return hashlib.sha256(f"{previous}\n{payload}".encode()).hexdigest()


def read_links(upgrade_id: str, links: Sequence[Link]) -> tuple[tuple[ChainRow, ...], tuple[Fault, ...]]:
    """The rows that the links tell of, and every break in the chain."""
    rows: list[ChainRow] = []
    faults: list[Fault] = []
    previous = NOTHING
    for place, link in enumerate(links, 1):
        if link.position != place:
            faults.append(Fault(position=place, what=f"is missing; the chain goes on at {link.position}"))
            return tuple(rows), tuple(faults)
        row = _row(upgrade_id, link)
        if isinstance(row, Fault):
            faults.append(row)
        else:
            rows.append(row)
        if link.previous != previous or link.hash != link_hash(link.previous, link.payload):
            faults.append(
                Fault(position=place, what="its hash does not follow from its content and the row before it")
            )
        previous = link.hash
    return tuple(rows), tuple(faults)


def compare_rows(rows: Sequence[ChainRow], now: Rows) -> Iterator[Fault]:
    """Links against the tables: rows that were altered, taken out, or put in beside the chain."""
    linked = set()
    for row in rows:
        key = (row.source, row.row_key)
        linked.add((*key, row.what))
        found = now.get(key)
        if found is None:
            yield Fault(position=row.position, what=f"{row.name} is gone from table {row.source}")
            continue
        for column, value in row.values.items():
            if found.get(column) != value:
                was, is_now = _short(value), _short(found.get(column))
                yield Fault(
                    position=row.position,
                    what=f"{row.name}: {column} was {was} when written, is {is_now} now",
                )
    for (source, row_key), found in now.items():
        what = "opened" if source == "upgrades" else "written"
        if (source, row_key, what) not in linked:
            label = found.get("text") or found.get("what") or found.get("name") or found.get("cluster")
            yield Fault(
                position=None,
                what=f"{source} {row_key} ({_short(label)}) was put into the table beside the chain",
            )
        if source == "upgrades" and found.get("outcome") and (source, row_key, "closed") not in linked:
            yield Fault(
                position=None,
                what=f"closed as {found['outcome']}, but the chain does not tell of it: its end was cut",
            )


def check_head(links: Sequence[Link], head: Head) -> Fault | None:
    """A head that was printed earlier is still in the chain."""
    if head.position > len(links):
        return Fault(
            position=len(links) + 1,
            what=f"is missing: the chain had {many(head.position, 'row')}, the end was cut off",
        )
    found = links[head.position - 1].hash if head.position > 0 else NOTHING
    if found != head.hash:
        return Fault(
            position=head.position, what=f"its hash is {found}, was {head.hash}: the chain was written anew"
        )
    return None


def check_signatures(upgrade_id: str, links: Sequence[Link], verifier: Verifier) -> Iterator[Fault]:
    """From the first signed link on each must be signed, with this key."""
    began = False
    for link in links:
        if link.signature is None:
            if began:
                yield Fault(position=link.position, what="written without the journal's key")
            continue
        began = True
        if link.signature.key_id != verifier.key_id:
            yield Fault(
                position=link.position,
                what=f"signed with key {link.signature.key_id}, the key given is {verifier.key_id}",
            )
        elif not verifier.accepts(link.signature, upgrade_id, link.position, link.hash):
            yield Fault(position=link.position, what="its signature is not of this row: it was written anew")


def _row(upgrade_id: str, link: Link) -> ChainRow | Fault:
    try:
        payload = json.loads(link.payload)
        columns = COLUMNS[payload["format"]][payload["source"], payload["what"]]
        place = (payload["upgrade_id"], payload["position"], payload["source"], payload["row_key"])
        values = payload["row"]
        complete = set(values) == set(columns)
        carried = bool(payload["carried"])
    except (ValueError, KeyError, TypeError) as error:
        return Fault(
            position=link.position,
            what=f"is not of a format that this version knows ({error!r}); verify with a newer srx-issu",
        )
    if place != (upgrade_id, link.position, link.source, link.row_key) or not complete:
        return Fault(position=link.position, what="its content is of another row or place")
    return ChainRow(
        position=link.position,
        source=link.source,
        row_key=link.row_key,
        what=payload["what"],
        carried=carried,
        values=values,
    )


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return repr(text if len(text) <= 80 else f"{text[:77]}...")
