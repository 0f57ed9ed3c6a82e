"""The pages: a list of upgrades, one upgrade as it stands, and the report as it was kept.

Who may look is decided by the guard that is handed in, asked for the DAG that a page is about; where the data
is, by ``open_sources``.
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
from srx_issu.ports.dag_names import AUDIT_DAG, DAG_OF, UPGRADE_DAG

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


class _NoSuchName(Exception):
    """A name in the address that nothing can have."""


def make_app(open_sources: OpenSources, guard: Callable[..., Any], at_work: AtWork = runs_at_work) -> FastAPI:
    """``guard``: a FastAPI dependency that raises 401 for those who are not logged in, else gives MayRead."""
    guarded = Depends(guard)
    app = FastAPI(
        title="SRX upgrades",
        dependencies=[guarded, Depends(_refuse_unprintable)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # FastAPI's own pages would not be behind the guard
    )

    @app.exception_handler(JournalError)
    def journal_is_away(_: Request, error: Exception) -> Response:
        return _page(pages.fault("The journal cannot be read", str(error)), status=503)

    @app.exception_handler(_NoSuchName)
    def no_such_name(_: Request, __: Exception) -> Response:
        return _page(pages.no_such_name(), status=404)

    @app.get("/", response_class=HTMLResponse)
    def upgrades(
        request: Request,
        cluster: Annotated[str | None, Query(max_length=200)] = None,
        may_read: MayRead = guarded,
    ) -> Response:
        for dag_id in DAG_OF.values():  # the list has the runs of both
            may_read(dag_id)
        lists = open_sources().lists
        records = lists.upgrades(limit=pages.MOST, cluster=cluster or None)
        alone = unattended(lists.held_open(), at_work)
        root = f"{request.scope.get('root_path', '')}/"
        return _page(pages.upgrades(records, cluster or "", root, alone), refresh_s=pages.REFRESH_S)

    @app.get("/unattended")
    def clusters_unattended(may_read: MayRead = guarded) -> Response:
        """For ``srx-issu status``: the clusters that nobody looks after."""
        for dag_id in DAG_OF.values():
            may_read(dag_id)
        found = unattended(open_sources().lists.held_open(), at_work)
        return JSONResponse({"unattended": [each.as_json() for each in found]}, headers=_HEADERS)

    @app.get("/upgrades/{upgrade_id}", response_class=HTMLResponse)
    def upgrade(upgrade_id: str, may_read: MayRead = guarded) -> Response:
        """As it stands now, told with today's template."""
        sources = open_sources()
        dag_id = pages.dag_of(sources, upgrade_id)
        if dag_id is None:  # the run may be one of issu_audit
            return audit(upgrade_id, may_read)
        may_read(dag_id)
        live = pages.upgrade(sources, upgrade_id)
        if live is None:
            return _page(pages.unknown(upgrade_id), status=404)
        return _page(live.html, refresh_s=pages.REFRESH_S if live.is_open else None)

    def audit(run_id: str, may_read: MayRead) -> Response:
        found = pages.audit(open_sources(), pages.AUDIT_PREFIX + run_id)
        may_read(UPGRADE_DAG if found is None else AUDIT_DAG)
        return _page(pages.unknown(run_id), status=404) if found is None else _page(found)

    @app.get("/runs/{dag_id}/{run_id}", response_class=HTMLResponse)
    def run(dag_id: str, run_id: str, may_read: MayRead = guarded) -> Response:
        """What there is to show of a run of any DAG: the tab of its page in Airflow."""
        may_read(dag_id)
        if dag_id.startswith(DAG_PREFIX):
            found = pages.campaign(open_sources(), dag_id, run_id)
            return _page(pages.no_campaign_report(), status=404) if found is None else _page(found)
        if dag_id == AUDIT_DAG:
            found = pages.audit(open_sources(), pages.AUDIT_PREFIX + run_id)
            return _page(pages.unknown(run_id), status=404) if found is None else _page(found)
        if dag_id == pages.dag_of(open_sources(), run_id):
            return upgrade(run_id, may_read)
        return _page(pages.unknown(run_id), status=404)

    @app.get("/audits", response_class=HTMLResponse)
    def newest_audit(may_read: MayRead = guarded) -> Response:
        """The newest matrix of the fleet's readiness."""
        may_read(AUDIT_DAG)
        found = pages.newest_audit(open_sources())
        return _page(pages.no_audit(), status=404) if found is None else _page(found)

    @app.get("/upgrades/{upgrade_id}/report", response_class=HTMLResponse)
    def report(upgrade_id: str, may_read: MayRead = guarded) -> Response:
        """The file that was kept as evidence; the live page while there is none."""
        sources = open_sources()
        may_read(pages.dag_of(sources, upgrade_id) or UPGRADE_DAG)
        kept = pages.kept_report(sources, upgrade_id)
        return _page(kept) if kept is not None else upgrade(upgrade_id, may_read)

    return app


def _refuse_unprintable(request: Request) -> None:
    """No name holds a control character, and the database takes no NUL for one."""
    names = (*request.path_params.values(), *request.query_params.values())
    if not all(str(name).isprintable() for name in names):
        raise _NoSuchName


def _page(html: str, *, status: int = 200, refresh_s: int | None = None) -> HTMLResponse:
    refresh = {"Refresh": str(refresh_s)} if refresh_s else {}
    return HTMLResponse(html, status_code=status, headers={**_HEADERS, **refresh})
