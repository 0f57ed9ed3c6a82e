"""Telling people, by the notifiers that a campaign's file names. A notice that fails fails nothing else."""

from __future__ import annotations

import importlib
import logging

from airflow.sdk import conf

from srx_issu import catalog
from srx_issu.catalog.campaign_entries import NotifyEntry

log = logging.getLogger(__name__)


def send_notice(name: str, title: str, text: str) -> None:
    """The log is told always; the file's notifiers besides."""
    log.info("notice: %s", title)
    base = conf.get("api", "base_url", fallback="")
    whole = f"{title}\n\n{text}\n\n{base}/dags/campaign__{name}" if base else f"{title}\n\n{text}"
    for document in catalog.read_campaigns(catalog.files_folder()):
        if document.name == name:
            for entry in document.notify:
                _send(entry, title, whole)


def _send(entry: NotifyEntry, title: str, text: str) -> None:
    """Templates in the text are not rendered: it holds words of devices."""
    module, _, kind = entry.notifier.rpartition(".")
    subject = {entry.subject: title} if entry.subject else {}
    try:
        notifier = getattr(importlib.import_module(module), kind)
        notifier(**entry.arguments, **subject, **{entry.message: text}).notify({})
    except Exception:  # whatever a foreign notifier raises
        log.exception("notice not sent by %s: %s", entry.notifier, title)
