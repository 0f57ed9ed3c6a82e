"""Results and states as JSON, for the evidence store: written by one task, read by another and the report."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from functools import cache

from pydantic import TypeAdapter

from srx_issu.domain.checking import CheckResult
from srx_issu.domain.state import ClusterState


def to_json(phase: str, taken_at: datetime, results: Iterable[CheckResult]) -> str:
    """``{"phase", "taken_at", "results": [{"check", "severity", "status", "node", "measured", "limit",
    "text", "remedy"}]}``; node, measured, limit and remedy may be null."""
    lines = [
        {
            "check": r.check,
            "severity": r.severity.value,
            "status": r.status.value,
            "node": r.node.value if r.node else None,
            "measured": r.measured,
            "limit": r.limit,
            "text": r.text,
            "remedy": r.remedy,
        }
        for r in results
    ]
    return json.dumps({"phase": phase, "taken_at": taken_at.isoformat(), "results": lines}, indent=1)


@cache
def _states() -> TypeAdapter[ClusterState]:
    return TypeAdapter(ClusterState)


def dump_state(state: ClusterState) -> bytes:
    """A state as JSON, for the baseline that a later task compares with."""
    return _states().dump_json(state)


def load_state(content: bytes | str) -> ClusterState:
    """Raises pydantic.ValidationError when the content is no state."""
    return _states().validate_json(content)
