"""The pages: a list of upgrades, one upgrade as it stands, and the report as it was kept.

Who may look is decided by the guard that is handed in, asked for the DAG that a page is about; where the data
is, by ``open_sources``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse

from srx_issu.console import pages
from srx_issu.console.answers import ConsoleAnswers, MayRead, page
from srx_issu.console.sources import OpenSources
from srx_issu.console.unattended import AtWork, runs_at_work
from srx_issu.domain.errors import JournalError


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
    app.add_exception_handler(JournalError, _journal_is_away)
    app.add_exception_handler(_NoSuchName, _no_such_name)
    app.include_router(_routes(ConsoleAnswers(open_sources=open_sources, at_work=at_work), guarded))
    return app


def _routes(answers: ConsoleAnswers, guarded: Any) -> APIRouter:
    router = APIRouter(default_response_class=HTMLResponse)

    @router.get("/")
    def upgrades(
        request: Request,
        cluster: Annotated[str | None, Query(max_length=200)] = None,
        may_read: MayRead = guarded,
    ) -> Response:
        return answers.upgrades(cluster or "", _root(request), may_read)

    @router.get("/unattended")
    def clusters_unattended(may_read: MayRead = guarded) -> Response:
        """For ``srx-issu status``: the clusters that nobody looks after."""
        return answers.unattended(may_read)

    @router.get("/upgrades/{upgrade_id}")
    def upgrade(request: Request, upgrade_id: str, may_read: MayRead = guarded) -> Response:
        """As it stands now, told with today's template."""
        return answers.upgrade(upgrade_id, _root(request), may_read)

    @router.get("/runs/{dag_id}/{run_id}")
    def run(request: Request, dag_id: str, run_id: str, may_read: MayRead = guarded) -> Response:
        """What there is to show of a run of any DAG: the tab of its page in Airflow."""
        return answers.run(dag_id, run_id, _root(request), may_read)

    @router.get("/audits")
    def newest_audit(may_read: MayRead = guarded) -> Response:
        """The newest matrix of the fleet's readiness."""
        return answers.newest_audit(may_read)

    @router.get("/upgrades/{upgrade_id}/report")
    def report(request: Request, upgrade_id: str, may_read: MayRead = guarded) -> Response:
        """The file that was kept as evidence; the live page while there is none."""
        return answers.report(upgrade_id, _root(request), may_read)

    @router.get("/upgrades/{upgrade_id}/{name}")
    def archive(upgrade_id: str, name: str, may_read: MayRead = guarded) -> Response:
        """The evidence for Juniper's support, which the report links by its name."""
        return answers.archive(upgrade_id, name, may_read)

    return router


def _root(request: Request) -> str:
    """Where the console is mounted, with a slash at its end."""
    return f"{request.scope.get('root_path', '')}/"


def _journal_is_away(_: Request, error: Exception) -> Response:
    return page(pages.fault("The journal cannot be read", str(error)), status=503)


def _no_such_name(_: Request, __: Exception) -> Response:
    return page(pages.no_such_name(), status=404)


def _refuse_unprintable(request: Request) -> None:
    """No name holds a control character, and the database takes no NUL for one."""
    names = (*request.path_params.values(), *request.query_params.values())
    if not all(str(name).isprintable() for name in names):
        raise _NoSuchName
