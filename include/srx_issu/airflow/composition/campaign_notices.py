"""Telling people, by the notifiers that a campaign's file names. A notice that fails fails nothing else."""

from __future__ import annotations

import html
import importlib
import logging
from urllib.parse import quote

from airflow.sdk import conf

from srx_issu import catalog
from srx_issu.catalog.campaigns.entries import NotifyEntry

log = logging.getLogger(__name__)


def send_notice(name: str, run: tuple[str, str], title: str, text: str) -> None:
    """The log is told always; the file's notifiers besides. ``run``: DAG and run id, for the link. It is
    read anew: a campaign that runs by its plan tells those whom the file names now."""
    log.info("notice: %s", title)
    whole = "\n\n".join(filter(None, (title, text, link_to(*run))))
    path = catalog.campaign_file(catalog.files_folder(), name)
    for entry in catalog.read_campaign(path).notify if path else ():
        _send(entry, title, whole)


def link_to(dag_id: str, run_id: str) -> str:
    """Airflow's page of a run; empty when nobody said where Airflow is."""
    base = conf.get("api", "base_url", fallback="").rstrip("/")
    return f"{base}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}" if base else ""


def _send(entry: NotifyEntry, title: str, text: str) -> None:
    """Templates in the text are not rendered, and its markup is not believed: it holds words of devices."""
    module, _, kind = entry.notifier.rpartition(".")
    subject = {entry.subject: title} if entry.subject else {}
    message = f"<pre>{html.escape(text)}</pre>" if "html" in entry.message else text
    try:
        notifier = getattr(importlib.import_module(module), kind)
        notifier(**entry.arguments, **subject, **{entry.message: message}).notify({})
    except Exception:  # whatever a foreign notifier raises
        log.exception("notice not sent by %s: %s", entry.notifier, title)
