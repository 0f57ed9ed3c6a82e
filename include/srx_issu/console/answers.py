"""What each address answers, once it is known who asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Response
from fastapi.responses import HTMLResponse, JSONResponse

from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.console import pages
from srx_issu.console.sources import OpenSources
from srx_issu.console.unattended import AtWork, unattended
from srx_issu.ports.dag_names import AUDIT_DAG, OWNING_DAGS, UPGRADE_DAG

MayRead = Callable[[str], None]
"""Takes a DAG's id; raises 403 for those who may not read its runs."""

# Airflow shows the pages in a frame of its own; nobody else may. Reports name clusters: not for caches.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, kw_only=True)
class ConsoleAnswers:
    """Each asks ``may_read`` for the DAG that it is about, before it shows anything."""

    open_sources: OpenSources
    at_work: AtWork

    def upgrades(self, cluster: str, root: str, may_read: MayRead) -> Response:
        _may_read_upgrades(may_read)
        lists = self.open_sources().lists
        records = lists.upgrades(limit=pages.MOST, cluster=cluster or None)
        alone = unattended(lists.held_open(), self.at_work)
        return page(pages.upgrades(records, cluster, root, alone), refresh_s=pages.REFRESH_S)

    def unattended(self, may_read: MayRead) -> Response:
        _may_read_upgrades(may_read)
        found = unattended(self.open_sources().lists.held_open(), self.at_work)
        return JSONResponse({"unattended": [each.as_json() for each in found]}, headers=_HEADERS)

    def upgrade(self, upgrade_id: str, root: str, may_read: MayRead) -> Response:
        sources = self.open_sources()
        dag_id = pages.owning_dag(sources, upgrade_id)
        if dag_id is None:  # the run may be one of issu_audit
            found = pages.audit(sources, pages.AUDIT_PREFIX + upgrade_id)
            may_read(UPGRADE_DAG if found is None else AUDIT_DAG)
            return _found(found, pages.unknown(upgrade_id))
        may_read(dag_id)
        live = pages.upgrade(sources, upgrade_id, root)
        if live is None:
            return page(pages.unknown(upgrade_id), status=404)
        return page(live.html, refresh_s=pages.REFRESH_S if live.is_open else None)

    def run(self, dag_id: str, run_id: str, root: str, may_read: MayRead) -> Response:
        may_read(dag_id)
        if dag_id.startswith(DAG_PREFIX):
            found = pages.campaign(self.open_sources(), dag_id, run_id)
            return _found(found, pages.no_campaign_report())
        if dag_id == AUDIT_DAG:
            found = pages.audit(self.open_sources(), pages.AUDIT_PREFIX + run_id)
            return _found(found, pages.unknown(run_id))
        if dag_id == pages.owning_dag(self.open_sources(), run_id):
            return self.upgrade(run_id, root, may_read)
        return page(pages.unknown(run_id), status=404)

    def newest_audit(self, may_read: MayRead) -> Response:
        may_read(AUDIT_DAG)
        return _found(pages.newest_audit(self.open_sources()), pages.no_audit())

    def report(self, upgrade_id: str, root: str, may_read: MayRead) -> Response:
        sources = self.open_sources()
        may_read(pages.owning_dag(sources, upgrade_id) or UPGRADE_DAG)
        kept = pages.kept_report(sources, upgrade_id)
        return page(kept) if kept is not None else self.upgrade(upgrade_id, root, may_read)

    def archive(self, upgrade_id: str, name: str, may_read: MayRead) -> Response:
        sources = self.open_sources()
        may_read(pages.owning_dag(sources, upgrade_id) or UPGRADE_DAG)
        content = pages.kept_archive(sources, upgrade_id, name)
        if content is None:
            return page(pages.no_archive(), status=404)
        saved_as = {"Content-Disposition": f'attachment; filename="{name}"'}
        kind = "application/json" if name.endswith(".json") else "application/gzip"
        return Response(content, media_type=kind, headers={**_HEADERS, **saved_as})


def page(html: str, *, status: int = 200, refresh_s: int | None = None) -> HTMLResponse:
    refresh = {"Refresh": str(refresh_s)} if refresh_s else {}
    return HTMLResponse(html, status_code=status, headers={**_HEADERS, **refresh})


def _found(html: str | None, otherwise: str) -> Response:
    return page(otherwise, status=404) if html is None else page(html)


def _may_read_upgrades(may_read: MayRead) -> None:
    """The lists have the runs of all of them."""
    for dag_id in OWNING_DAGS:
        may_read(dag_id)
