"""The console as Airflow mounts it: behind Airflow's login, for those who may read the runs of the
DAG that a page is about.

Every Airflow process loads the plugin; only the API server ever calls it. So the application, and Airflow's
web framework with it, is made at the first request.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from fastapi import Depends, FastAPI, Request
from starlette.types import Receive, Scope, Send


class Console:
    """An ASGI application that is made when it is first called."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    @cached_property
    def _app(self) -> FastAPI:
        from airflow.api_fastapi.auth.managers.models.resource_details import (  # noqa: PLC0415 - API server only
            DagAccessEntity,
        )
        from airflow.api_fastapi.core_api.security import (  # noqa: PLC0415
            get_user,
            requires_access_dag,
        )

        from srx_issu.console.app import make_app  # noqa: PLC0415
        from srx_issu.console.sources import open_sources  # noqa: PLC0415

        whoever_asks = Depends(get_user)

        def guard(request: Request, user: Any = whoever_asks) -> Callable[[str], None]:
            def may_read(dag_id: str) -> None:
                requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=dag_id)(request, user)

            return may_read

        return make_app(open_sources, guard)
