"""A probe as a file: every answer as it came, with what belongs to somebody taken out. One JSON, to be read.

Its format is a contract: ``python -m srx_lab serve --like`` reads it, and people who are sent one.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.probe.exchange import Exchange, Wire
from srx_issu.probe.probing import Probed, ProbeRequest
from srx_issu.probe.scrub import Pseudonyms
from srx_issu.probe.told import Basis
from srx_issu.probe.trial import Trial, TrialResult
from srx_issu.probe.tried import CopySpeed, Tried

FORMAT = "srx-issu bundle 1"
MAX_BYTES = 256 * 1024 * 1024
_FAULTS = (KeyError, TypeError, ValueError, AttributeError)  # what reading a damaged one raises
E = TypeVar("E")


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What a probe was made of. No name of the cluster, no address of it."""

    model: str
    routing_engine: str | None
    basis: Basis
    began_at: datetime
    made_by: str
    exchanges: tuple[Exchange, ...]
    tried: Tried


def bundle_of(probed: Probed, request: ProbeRequest, made_by: str, pseudonyms: Pseudonyms) -> Bundle:
    """Everything scrubbed, consistently over all answers."""
    return Bundle(
        model=request.cluster.model,
        routing_engine=request.cluster.routing_engine,
        basis=request.basis,
        began_at=probed.began_at,
        made_by=made_by,
        exchanges=tuple(scrubbed(each, pseudonyms) for each in probed.exchanges),
        tried=replace(
            probed.tried,
            trials=tuple(replace(each, said=pseudonyms.words(each.said)) for each in probed.tried.trials),
        ),
    )


def scrubbed(exchange: Exchange, pseudonyms: Pseudonyms) -> Exchange:
    """One answer; the same name gets the same pseudonym over all answers that are given the same ones."""
    is_configuration = "configuration" in exchange.request and "cluster" not in exchange.request
    reply = exchange.reply
    if reply is not None:
        reply = pseudonyms.reply(reply, is_configuration=is_configuration)
    return replace(exchange, reply=reply, words=pseudonyms.words(exchange.words))


def written(bundle: Bundle) -> str:
    """The file's text."""
    whole = {"format": FORMAT, **asdict(bundle), "began_at": bundle.began_at.isoformat()}
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def read_bundle(file: Path) -> Bundle:
    """Raises RequestRefused, naming what is wrong with the file."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise RequestRefused(f"{file} has more than {MAX_BYTES // 1024 // 1024} MB: not a bundle")
        raw = json.loads(file.read_text(encoding="utf-8"))
        json.dumps(raw, ensure_ascii=False).encode()  # half a character is no text
    except (OSError, ValueError, RecursionError) as error:
        raise RequestRefused(f"{file} cannot be read as a bundle: {error}") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise RequestRefused(f"{file} is not a bundle of this version: expected 'format': {FORMAT!r}")
    try:
        return _bundle(raw)
    except _FAULTS as error:
        raise RequestRefused(
            f"{file} is damaged: {_fault(error)}; ask for it again, or record it anew"
        ) from error


def _fault(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"there is no {error}"
    return str(error) if isinstance(error, ValueError) else f"something else than expected is there ({error})"


def _entries(raw: dict[str, Any], key: str, read: Callable[[Any], E]) -> tuple[E, ...]:
    """Raises ValueError with the entry's number, counted from 1, and what it is about."""
    found = list[E]()
    for number, entry in enumerate(raw[key], start=1):
        try:
            found.append(read(entry))
        except _FAULTS as error:
            raise ValueError(f"entry {number} of {key}{_about(entry)}: {_fault(error)}") from error
    return tuple(found)


def _about(entry: Any) -> str:
    """As far as the entry tells."""
    told = entry if isinstance(entry, dict) else {}
    words = [str(told[key])[:80] for key in ("node", "wire", "request", "name") if told.get(key)]
    return f" ({', '.join(words)})" if words else ""


def _bundle(raw: dict[str, Any]) -> Bundle:
    tried, basis = raw["tried"], raw["basis"]
    return Bundle(
        model=str(raw["model"]),
        routing_engine=raw["routing_engine"],
        basis=Basis(
            software=SoftwareFamily(basis["software"]),
            image_path=str(basis["image_path"]),
            clock_skew_s=float(basis["clock_skew_s"]),
        ),
        began_at=datetime.fromisoformat(raw["began_at"]),
        made_by=str(raw["made_by"]),
        exchanges=_entries(raw, "exchanges", _exchange),
        tried=Tried(trials=_entries(tried, "trials", _trial), speeds=_entries(tried, "speeds", _speed)),
    )


def _speed(raw: dict[str, Any]) -> CopySpeed:
    return CopySpeed(node=NodeName(raw["node"]), there=float(raw["there"]), back=float(raw["back"]))


def _exchange(raw: dict[str, Any]) -> Exchange:
    return Exchange(
        wire=Wire(raw["wire"]),
        node=NodeName(raw["node"]),
        request=str(raw["request"]),
        reply=None if raw["reply"] is None else str(raw["reply"]),
        error=None if raw["error"] is None else str(raw["error"]),
        words=str(raw["words"]),
        status=raw["status"],
        took_s=float(raw["took_s"]),
        at=float(raw["at"]),
    )


def _trial(raw: dict[str, Any]) -> Trial:
    return Trial(
        name=str(raw["name"]),
        result=TrialResult(raw["result"]),
        said=str(raw["said"]),
        node=None if raw["node"] is None else NodeName(raw["node"]),
    )
