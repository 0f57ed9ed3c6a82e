"""The wheel's PostgreSQL where only its owner may look."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from srx_issu.stack.processes.postgres_wheel import as_unprivileged, programs


def test_programs_below_a_closed_folder_find_each_other(tmp_path: Path) -> None:
    """As in a checkout below what ``mktemp -d`` makes: initdb looks for postgres beside itself."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    installed = programs().parent
    for part in (installed, installed.parent.with_suffix(".libs")):  # the libraries lie beside the package
        shutil.copytree(part, closed / part.relative_to(installed.parent.parent), symlinks=True)
    initdb = closed / installed.relative_to(installed.parent.parent) / "bin" / "initdb"
    data = closed / "data"
    data.mkdir(mode=0o777)
    data.chmod(0o777)
    command = [*as_unprivileged(), str(initdb), "-D", str(data / "d"), "--no-sync"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
    assert (done.returncode, "invalid binary" in done.stderr) == (0, False), done.stderr
