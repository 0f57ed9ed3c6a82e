"""Telling people, by the notifiers that a campaign's file names."""

from __future__ import annotations

import logging

from srx_issu import catalog
from srx_issu.airflow.composition.notifying import link_to, notify

log = logging.getLogger(__name__)


def send_notice(name: str, run: tuple[str, str], title: str, text: str) -> None:
    """The log is told always; the file's notifiers besides. ``run``: DAG and run id, for the link. It is
    read anew: a campaign that runs by its plan tells those whom the file names now."""
    log.info("notice: %s", title)
    whole = "\n\n".join(filter(None, (title, text, link_to(*run))))
    path = catalog.campaign_file(catalog.files_folder(), name)
    for entry in catalog.read_campaign(path).notify if path else ():
        notify(entry, title, whole)
