"""The campaigns that run by an approved plan, for building their DAGs whatever became of their files.

Asked while DAGs are parsed, so it never raises: without the journal the last answer counts, which is kept in
a small file beside Airflow's own.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

from srx_issu.adapters.journal import SqlCampaigns
from srx_issu.airflow.composition.settings import journal_url
from srx_issu.domain.errors import SrxIssuError
from srx_issu.ports import codec
from srx_issu.ports.campaign import ApprovedCampaign

KEPT = "srx-issu-approved-campaigns.json"
_log = logging.getLogger(__name__)
Found = tuple[ApprovedCampaign, ...]


def approved_campaigns(name: str | None = None) -> Found:
    """All of them, or those of one name (one at most)."""
    kept_in = Path(os.environ.get("AIRFLOW_HOME", "~/airflow")).expanduser() / KEPT
    try:
        found = SqlCampaigns(journal_url()).approved(name)
    except SrxIssuError as error:
        kept = tuple(each for each in _kept(kept_in) if name in (None, each.name))
        _log.info("which campaigns run is taken from the last answer (%d): %s", len(kept), error)
        return kept
    _keep(kept_in, found, name)
    return found


def _kept(path: Path) -> Found:
    try:
        return codec.loads(Found, path.read_bytes())
    except (OSError, ValueError):
        return ()


def _keep(path: Path, found: Found, name: str | None) -> None:
    """Only when it says something new. A folder that cannot be written costs only what it is good for."""
    before = _kept(path)
    others = () if name is None else tuple(each for each in before if each.name != name)
    now = tuple(sorted((*others, *found), key=lambda each: each.name))
    if now == before:
        return
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        part.write_text(codec.dumps(now, Found), encoding="utf-8")
        part.replace(path)
    except OSError as error:
        _log.info("which campaigns run is not kept in %s: %s", path, error)
