"""Where the repository is, and the folder of captured device replies, which are not ours to hand on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
INCLUDE = ROOT / "include"
DEMO_TOPOLOGY = INCLUDE / "srx_lab" / "topologies" / "demo.yaml"
CAPTURES = Path(os.environ.get("SRX_ISSU_CAPTURES", ROOT.parent / "shared" / "reference" / "captures"))


def captures(pattern: str = "*") -> tuple[Path, ...]:
    """The captures of that name or glob pattern, sorted. Without any the test is skipped; in CI it fails."""
    if found := tuple(sorted(CAPTURES.glob(pattern))):
        return found
    words = f"no capture {pattern} in {CAPTURES}; set SRX_ISSU_CAPTURES to the folder of captured output"
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(words, pytrace=False)
    pytest.skip(words, allow_module_level=True)


def capture(name: str) -> str:
    """The text of one capture; see ``captures`` for when it is not there."""
    return captures(name)[0].read_text(encoding="utf-8")


def platform_clusters() -> list[dict[str, Any]]:
    """The lab's entries, one of each platform."""
    text = (DEMO_TOPOLOGY.parent / "platforms.yaml").read_text(encoding="utf-8")
    return list(yaml.safe_load(text)["clusters"])
