"""Where the journal's database and the evidence are, from the environment. The files: ``catalog.folder``."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from srx_issu.adapters.journal import Signer, read_signer
from srx_issu.domain.errors import JournalError, RequestRefused

JOURNAL_URL = "SRX_ISSU_JOURNAL_URL"
EVIDENCE = "SRX_ISSU_EVIDENCE"
JOURNAL_KEY_FILE = "SRX_ISSU_JOURNAL_KEY_FILE"

_LOG = logging.getLogger(__name__)


def journal_url() -> str:
    """SQLAlchemy URL of the journal's PostgreSQL database. Raises RequestRefused when it is not set."""
    return _required(JOURNAL_URL, "the URL of the journal's PostgreSQL database")


def evidence_url() -> str:
    """A folder or an ObjectStoragePath URL such as s3://bucket/prefix."""
    return _required(EVIDENCE, "the folder or object storage URL for evidence files")


def journal_signer() -> Signer | None:
    """What signs the journal's rows; None where no key is set, or where it cannot be read.

    That is said in the log and named by ``srx-issu audit verify``, but holds nothing up: an ISSU that is
    under way must go on being watched.
    """
    named = os.environ.get(JOURNAL_KEY_FILE)
    if not named:
        return None
    try:
        return read_signer(Path(named))
    except JournalError as error:
        _LOG.warning("%s; rows are written to the journal unsigned until it can be read", error)
        return None


def _required(name: str, meaning: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise RequestRefused(f"environment variable {name} is not set: expected {meaning}")
    return value
