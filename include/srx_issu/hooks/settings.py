"""Where the journal's database and the evidence are, from the environment. The files: ``catalog.folder``."""

from __future__ import annotations

import os

from srx_issu.domain.errors import RequestRefused

JOURNAL_URL = "SRX_ISSU_JOURNAL_URL"
EVIDENCE = "SRX_ISSU_EVIDENCE"


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
