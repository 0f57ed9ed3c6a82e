"""Where things are: the operator's files, the journal's database, the evidence. From the environment."""

from __future__ import annotations

import os
from pathlib import Path

from srx_issu.domain.errors import RequestRefused

FILES = "SRX_ISSU_FILES"
JOURNAL_URL = "SRX_ISSU_JOURNAL_URL"
EVIDENCE = "SRX_ISSU_EVIDENCE"

_INCLUDE = Path(__file__).resolve().parents[2]


def files_folder() -> Path:
    """The folder with inventory/, images/, campaigns/ and policy/; include/ unless SRX_ISSU_FILES says."""
    return Path(os.environ.get(FILES) or _INCLUDE).expanduser().resolve()


def journal_url() -> str:
    """SQLAlchemy URL of the journal's PostgreSQL database. Raises RequestRefused when it is not set."""
    return _required(JOURNAL_URL, "the URL of the journal's PostgreSQL database")


def evidence_url() -> str:
    """A folder or an ObjectStoragePath URL such as s3://bucket/prefix."""
    return _required(EVIDENCE, "the folder or object storage URL for evidence files")


def _required(name: str, meaning: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RequestRefused(f"environment variable {name} is not set: expected {meaning}")
    return value
