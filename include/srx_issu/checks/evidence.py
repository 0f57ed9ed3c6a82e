"""Results as JSON for the evidence store; the report reads it. States go through ``ports.codec``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from srx_issu.domain.checking import CheckResult


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
