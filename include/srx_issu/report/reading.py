"""Reading an upgrade's evidence for its report: what cannot be read costs its own part only."""

from __future__ import annotations

from collections.abc import Mapping

from srx_issu.domain.errors import JournalError
from srx_issu.ports.journal import Evidence


def read_documents(evidence: Evidence, ids: Mapping[str, str]) -> dict[str, bytes]:
    """``ids``: name → evidence id. A file that is gone or was changed is told by its error, in its place."""
    return {name: _read(evidence, evidence_id) for name, evidence_id in ids.items()}


def _read(evidence: Evidence, evidence_id: str) -> bytes:
    try:
        return evidence.read(evidence_id)
    except JournalError as error:
        return str(error).encode()
