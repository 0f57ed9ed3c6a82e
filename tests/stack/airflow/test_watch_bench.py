"""``make bench-watch`` on a small fleet keeps its promises.

Costs five minutes, for a release only. It buys that a real triggerer takes the product's waits up again after
a kill -9, at real speed and with hanging and rebooting nodes, and that the bench works when it is wanted.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.stack, pytest.mark.release]

CLUSTERS, INTERVALS = 20, 3
WITHIN_S = 900.0


def test_a_small_fleet_is_watched_as_promised(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "srx_demo.watch_bench", "--clusters", str(CLUSTERS)),
            *("--intervals", str(INTERVALS), "--peer", "0"),
        ],
        env={**os.environ, "SRX_ISSU_HOME": str(tmp_path / "home"), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert f"0 of {CLUSTERS}" in done.stdout
    assert "NOT KEPT" not in done.stdout
