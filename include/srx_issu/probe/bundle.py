"""A probe as a file: every answer as it came, with what belongs to somebody taken out. One JSON, to be read.

Its format is a contract: ``python -m srx_lab serve --like`` reads it, and people who are sent one.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

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
        exchanges=tuple(_scrubbed(each, pseudonyms) for each in probed.exchanges),
        tried=replace(
            probed.tried,
            trials=tuple(replace(each, said=pseudonyms.words(each.said)) for each in probed.tried.trials),
        ),
    )


def _scrubbed(exchange: Exchange, pseudonyms: Pseudonyms) -> Exchange:
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
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RequestRefused(f"{file}: {type(error).__name__}: {error}; record it anew") from error


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
        exchanges=tuple(_exchange(each) for each in raw["exchanges"]),
        tried=Tried(
            trials=tuple(_trial(each) for each in tried["trials"]),
            speeds=tuple(
                CopySpeed(node=NodeName(each["node"]), there=float(each["there"]), back=float(each["back"]))
                for each in tried["speeds"]
            ),
        ),
    )


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
