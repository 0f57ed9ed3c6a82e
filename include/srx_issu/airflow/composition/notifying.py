"""One notice by one of Airflow's notifiers. A notice that fails fails nothing else."""

from __future__ import annotations

import html
import importlib
import logging
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import quote

from airflow.sdk import conf

log = logging.getLogger(__name__)


class NotifierWanted(Protocol):
    """A notifier as a file names it: its class, and the arguments that take text and first line."""

    @property
    def notifier(self) -> str: ...

    @property
    def message(self) -> str: ...

    @property
    def subject(self) -> str | None: ...

    @property
    def arguments(self) -> Mapping[str, str]: ...


def link_to(dag_id: str, run_id: str) -> str:
    """Airflow's page of a run; empty when nobody said where Airflow is."""
    base = conf.get("api", "base_url", fallback="").rstrip("/")
    return f"{base}/dags/{quote(dag_id, safe='')}/runs/{quote(run_id, safe='')}" if base else ""


def notify(wanted: NotifierWanted, title: str, text: str) -> None:
    """Templates in the text are not rendered, and its markup is not believed: it holds words of devices."""
    module, _, kind = wanted.notifier.rpartition(".")
    subject = {wanted.subject: title} if wanted.subject else {}
    message = f"<pre>{html.escape(text)}</pre>" if "html" in wanted.message else text
    try:
        notifier = getattr(importlib.import_module(module), kind)
        notifier(**wanted.arguments, **subject, **{wanted.message: message}).notify({})
    except Exception:  # whatever a foreign notifier raises
        log.exception("notice not sent by %s: %s", wanted.notifier, title)
