"""Where a stack keeps its state: one folder, ``.srx-issu`` beside ``dags/`` unless SRX_ISSU_HOME says else.

What the files hold is decided by the modules that write them; this one only names them.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

HOME_VARIABLE = "SRX_ISSU_HOME"


class NotInARepository(Exception):
    """``dags/`` and ``plugins/`` are not where an editable install has them."""


def repository() -> Path:
    """The checkout that holds ``dags/`` and ``plugins/``: two folders above this package's parent."""
    root = Path(__file__).resolve().parents[4]
    if not (root / "dags").is_dir():
        raise NotInARepository(
            f"{root}: found no folder dags/; the embedded default runs from a checkout "
            "that is installed with 'make' or 'pip install -e .'"
        )
    return root


@dataclass(frozen=True, kw_only=True)
class Home:
    """The folders and files of one stack."""

    root: Path

    @classmethod
    def default(cls) -> Home:
        named = os.environ.get(HOME_VARIABLE)
        return cls(root=Path(named).expanduser().resolve() if named else repository() / ".srx-issu")

    @property
    def pgdata(self) -> Path:
        return self.root / "pgdata"

    @property
    def airflow(self) -> Path:
        return self.root / "airflow"

    @property
    def logs(self) -> Path:
        """One log a component; task logs are Airflow's, in ``airflow/logs``."""
        return self.root / "logs"

    @property
    def evidence(self) -> Path:
        return self.root / "evidence"

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"

    @property
    def users_file(self) -> Path:
        """User name -> password, as Airflow's SimpleAuthManager reads it. Mode 600."""
        return self.root / "users.json"

    @property
    def journal_key_file(self) -> Path:
        """Signs the journal's rows. Mode 600; the public half is beside it, ``.pub``."""
        return self.root / "journal.key"

    @property
    def running_file(self) -> Path:
        """What runs now: there while a stack is up, see ``running.py``."""
        return self.root / "running.json"

    @property
    def databases_ready_file(self) -> Path:
        """There while the databases of the stack that runs have the schema of the installed software."""
        return self.root / "databases.ready"

    @property
    def remembered_file(self) -> Path:
        """What the last start found out and the next one can use again: port, migrated versions."""
        return self.root / "remembered.json"

    def create(self) -> None:
        """Makes the folders; the root is closed to other users, since evidence holds configurations."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.airflow, self.logs, self.evidence):
            folder.mkdir(mode=0o700, exist_ok=True)

    def remembered(self) -> dict[str, str]:
        """Empty when there is nothing, or nothing readable: everything in it can be found out again."""
        try:
            found = json.loads(self.remembered_file.read_text())
        except (OSError, ValueError):
            return {}
        return {str(k): str(v) for k, v in found.items()} if isinstance(found, dict) else {}

    def remember(self, **facts: str) -> None:
        self.remembered_file.write_text(json.dumps({**self.remembered(), **facts}, indent=2) + "\n")
