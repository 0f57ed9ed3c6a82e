"""The pages: a list of upgrades, one upgrade as it stands, and the report as it was kept.

Who may look is decided by the guard that is handed in; where the data is, by ``open_sources``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from srx_issu.campaign.naming import DAG_PREFIX
from srx_issu.console import pages
from srx_issu.console.sources import OpenSources
from srx_issu.console.unattended import AtWork, runs_at_work, unattended
from srx_issu.domain.errors import JournalError

# Airflow shows the pages in a frame of its own; nobody else may. Reports name clusters: not for caches.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'self'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def make_app(open_sources: OpenSources, guard: Callable[..., Any], at_work: AtWork = runs_at_work) -> FastAPI:
    """``guard`` is a FastAPI dependency that raises 401 or 403 for those who may not look."""
    app = FastAPI(
        title="SRX upgrades",
        dependencies=[Depends(guard)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # FastAPI's own pages would not be behind the guard
    )

    @app.exception_handler(JournalError)
    def journal_is_away(_: Request, error: Exception) -> Response:
        return _page(pages.fault("The journal cannot be read", str(error)), status=503)

    @app.get("/", response_class=HTMLResponse)
    def upgrades(request: Request, cluster: Annotated[str | None, Query(max_length=200)] = None) -> Response:
        lists = open_sources().lists
        records = lists.upgrades(limit=pages.MOST, cluster=cluster or None)
        alone = unattended(lists.held_open(), at_work)
        root = f"{request.scope.get('root_path', '')}/"
        return _page(pages.upgrades(records, cluster or "", root, alone), refresh_s=pages.REFRESH_S)

    @app.get("/unattended")
    def clusters_unattended() -> Response:
        """For ``srx-issu status``: the clusters that nobody looks after."""
        found = unattended(open_sources().lists.held_open(), at_work)
        return JSONResponse({"unattended": [each.as_json() for each in found]}, headers=_HEADERS)

    @app.get("/upgrades/{upgrade_id}", response_class=HTMLResponse)
    def upgrade(upgrade_id: str) -> Response:
        """As it stands now, told with today's template."""
        sources = open_sources()
        live = pages.upgrade(sources, upgrade_id)
        if live is None:  # the run may be one of issu_audit
            found = pages.audit(sources, pages.AUDIT_PREFIX + upgrade_id)
            return _page(pages.unknown(upgrade_id), status=404) if found is None else _page(found)
        return _page(live.html, refresh_s=pages.REFRESH_S if live.is_open else None)

    @app.get("/runs/{dag_id}/{run_id}", response_class=HTMLResponse)
    def run(dag_id: str, run_id: str) -> Response:
        """What there is to show of a run of any DAG: the tab of its page in Airflow."""
        if not dag_id.startswith(DAG_PREFIX):
            return upgrade(run_id)
        found = pages.campaign(open_sources(), dag_id, run_id)
        return _page(pages.no_campaign_report(), status=404) if found is None else _page(found)

    @app.get("/audits", response_class=HTMLResponse)
    def newest_audit() -> Response:
        """The newest matrix of the fleet's readiness."""
        found = pages.newest_audit(open_sources())
        return _page(pages.no_audit(), status=404) if found is None else _page(found)

    @app.get("/upgrades/{upgrade_id}/report", response_class=HTMLResponse)
    def report(upgrade_id: str) -> Response:
        """The file that was kept as evidence; the live page while there is none."""
        kept = pages.kept_report(open_sources(), upgrade_id)
        return _page(kept) if kept is not None else upgrade(upgrade_id)

    return app


def _page(html: str, *, status: int = 200, refresh_s: int | None = None) -> HTMLResponse:
    refresh = {"Refresh": str(refresh_s)} if refresh_s else {}
    return HTMLResponse(html, status_code=status, headers={**_HEADERS, **refresh})
