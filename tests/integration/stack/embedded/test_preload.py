"""What is loaded before the fork: a module that was renamed would silently be loaded by every task again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import srx_issu
from srx_issu.stack.embedded.stack import PRELOADED

HERE = Path(srx_issu.__file__).parent.parent


@pytest.mark.parametrize("component", PRELOADED)
def test_every_module_of_ours_is_there(component: str) -> None:
    ours = [name for name in PRELOADED[component] if name.startswith("srx_issu.")]
    assert ours
    assert [name for name in ours if not HERE.joinpath(*name.split(".")).with_suffix(".py").is_file()] == []


def test_airflow_begins_when_the_databases_are_ready_and_not_before(tmp_path: Path) -> None:
    """``airflow version`` stands for the component."""
    ready = tmp_path / "ready"
    command = [
        sys.executable,
        "-m",
        "srx_issu.stack.embedded.preload",
        str(ready),
        "colorsys",
        "--",
        "version",
    ]
    environment = {**os.environ, "AIRFLOW_HOME": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        ready.touch()
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert said.strip().startswith("3.")
