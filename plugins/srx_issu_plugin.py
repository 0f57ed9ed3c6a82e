"""Registers the console with Airflow: upgrades and readiness in the menu, the report on a run's page."""

from __future__ import annotations

from airflow.plugins_manager import AirflowPlugin

from srx_issu.console.mounted import Console

_ROOT = "srx-issu"  # relative to Airflow's base URL, which may have a path of its own


class SrxIssuPlugin(AirflowPlugin):
    """Registration only; what is behind it is in ``srx_issu.console``."""

    name = "srx_issu"
    fastapi_apps = [{"app": Console(), "url_prefix": f"/{_ROOT}", "name": "SRX upgrades"}]  # noqa: RUF012
    external_views = [  # noqa: RUF012 - Airflow's own form
        {
            "name": "SRX upgrades",
            "href": f"{_ROOT}/",
            "destination": "nav",
            "category": "browse",
            "url_route": "srx-upgrades",
        },
        {
            "name": "SRX readiness",
            "href": f"{_ROOT}/audits",
            "destination": "nav",
            "category": "browse",
            "url_route": "srx-readiness",
        },
        {
            "name": "SRX report",
            "href": f"{_ROOT}/runs/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "srx-report",
        },
    ]
