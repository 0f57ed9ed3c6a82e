"""The journal of the demo's run, verified and exported while its database is still up: ``srx-issu audit``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from srx_issu.stack.processes.home import Home

_LIMIT_S = 60


def prove(home: Home, run_id: str, export: Path) -> str:
    """What the commands printed; the export is one file that proves the same without a database."""
    asked = (("verify", run_id), ("export", run_id, "--output", str(export)))
    return "\n".join(_audit(home, *words)[0] for words in asked)


def prove_all(home: Home) -> tuple[str, bool]:
    """The same for every upgrade of the journal, without an export; and whether all of them are whole."""
    return _audit(home, "verify")


def _audit(home: Home, *words: str) -> tuple[str, bool]:
    env = {
        **os.environ,
        "SRX_ISSU_JOURNAL_URL": home.remembered()["journal"],
        "SRX_ISSU_JOURNAL_KEY_FILE": str(home.journal_key_file),
    }
    program = str(Path(sys.executable).with_name("srx-issu"))
    done = subprocess.run(
        [program, "audit", *words], env=env, capture_output=True, text=True, timeout=_LIMIT_S, check=False
    )
    return (done.stdout + done.stderr).strip(), done.returncode == 0
