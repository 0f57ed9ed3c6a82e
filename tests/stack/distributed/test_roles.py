"""Over REST, on the running layout: what each role may and may not do, and who sees the plugin's pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from srx_issu.cli.airflow_replies import Run
from srx_issu.console.app import make_app
from srx_issu.ports.dag_names import UPGRADE_DAG
from srx_issu.stack.production import access
from tests.stack.distributed.campaign import PARSED_S
from tests.stack.distributed.fleet import UPGRADED, Fleet

pytestmark = pytest.mark.stack

EVERYBODY = frozenset(access.USERS)
STRANGER, STRANGERS_PASSWORD = "stranger", "a-role-of-nothing"
UNAUTHENTICATED, FORBIDDEN = 401, 403
RUN = "role-test"
PLUGIN_ROOT = "/srx-issu"
# One example for each route of the plugin; a new route fails the test below until it stands here.
PLUGIN_EXAMPLES = {
    "/": "/",
    "/upgrades/{upgrade_id}": "/upgrades/nobody",
    "/upgrades/{upgrade_id}/report": "/upgrades/nobody/report",
    "/upgrades/{upgrade_id}/{name}": "/upgrades/nobody/0001_jtac-evidence.tgz",
    "/runs/{dag_id}/{run_id}": f"/runs/{UPGRADE_DAG}/nobody",
    "/audits": "/audits",
    "/unattended": "/unattended",
}


def deleting(name: str) -> Any:
    """One action of a request for many things at once."""
    return {"actions": [{"action": "delete", "entities": [name], "action_on_non_existence": "skip"}]}


# These look at the body before they look at who asks: they are given one that fits.
NOBODYS_RUN = {"dag_run_id": "nobody", "dag_id": "issu_cluster"}
A_DELETION = deleting("nobody")
BODIES: Mapping[str, Mapping[str, Any]] = {
    "patch /api/v2/connections": A_DELETION,
    "patch /api/v2/pools": A_DELETION,
    "patch /api/v2/variables": A_DELETION,
    "patch /api/v2/dags/{dag_id}/dagRuns": {
        "actions": [{"action": "update", "entities": [{**NOBODYS_RUN, "state": "failed"}]}]
    },
    "post /api/v2/dags/{dag_id}/clearDagRuns": {"dag_runs": [NOBODYS_RUN]},
    "post /api/v2/connections/enqueue-test": {"connection_id": "nobody", "conn_type": "srx"},
}
# These look for what the path names before they look at who asks, and here nothing has such a name. The
# favourites are everybody's own.
LOOKS_FIRST = frozenset(
    {
        "post /api/v2/dags/{dag_id}/favorite",
        "post /api/v2/dags/{dag_id}/unfavorite",
        "put /api/v2/backfills/{backfill_id}/cancel",
        "put /api/v2/backfills/{backfill_id}/pause",
        "put /api/v2/backfills/{backfill_id}/unpause",
        "put /api/v2/parseDagFile/{file_token}",
    }
)
# Reads that Airflow's API takes by POST, and the login itself.
READS_BY_POST = re.compile(r"/(list|listMappedTaskInstances)$|^/auth/|/dagStats$")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One thing somebody may want to do. ``allowed``: users; everybody else is to get 403."""

    what: str
    method: str
    path: str
    allowed: frozenset[str]
    body: Any = None


def users(*names: str) -> frozenset[str]:
    return frozenset(names)


OPERATORS, APPROVERS, ADMIN = users("operator", "admin"), users("approver", "admin"), users("admin")
RUNS = f"/api/v2/dags/{UPGRADE_DAG}/dagRuns"
TASK = f"{RUNS}/{RUN}/taskInstances/claim"
STOP = {"key": "srx_issu_stop", "value": "role test"}
CONNECTION = {"connection_id": "role_test", "conn_type": "srx"}


# In this order: the run that the operator starts is what the others act on.
REQUESTS = [
    Request(what="see DAGs", method="GET", path="/api/v2/dags", allowed=EVERYBODY),
    Request(
        what="start an upgrade", method="POST", path=RUNS, allowed=OPERATORS,
        body={"dag_run_id": RUN, "logical_date": None, "conf": {"cluster": UPGRADED, "image": "none"}},
    ),
    Request(what="see a run", method="GET", path=f"{RUNS}/{RUN}", allowed=EVERYBODY),
    Request(what="see its tasks", method="GET", path=f"{RUNS}/{RUN}/taskInstances", allowed=EVERYBODY),
    Request(what="see a log", method="GET", path=f"{TASK}/logs/1", allowed=EVERYBODY),
    Request(what="see XComs", method="GET", path=f"{TASK}/xcomEntries", allowed=EVERYBODY),
    Request(what="see questions", method="GET", path=f"{RUNS}/{RUN}/hitlDetails", allowed=EVERYBODY),
    Request(
        what="answer a question", method="PATCH",
        path=f"{RUNS}/{RUN}/taskInstances/approval.approve_start/-1/hitlDetails",
        allowed=APPROVERS, body={"chosen_options": ["Approve"], "params_input": {}},
    ),
    Request(
        what="clear a task", method="POST", path=f"/api/v2/dags/{UPGRADE_DAG}/clearTaskInstances",
        allowed=OPERATORS, body={"dry_run": True, "dag_run_id": RUN, "task_ids": ["claim"]},
    ),
    Request(what="mark a task", method="PATCH", path=TASK, allowed=OPERATORS, body={"new_state": "failed"}),
    Request(
        what="mark a run", method="PATCH", path=f"{RUNS}/{RUN}", allowed=OPERATORS, body={"state": "failed"}
    ),
    Request(what="see the stop", method="GET", path="/api/v2/variables", allowed=OPERATORS),
    Request(what="stop the fleet", method="POST", path="/api/v2/variables", allowed=OPERATORS, body=STOP),
    Request(
        what="end the stop", method="DELETE", path="/api/v2/variables/srx_issu_stop", allowed=OPERATORS
    ),
    Request(what="see connections", method="GET", path="/api/v2/connections", allowed=ADMIN),
    Request(
        what="make a connection", method="POST", path="/api/v2/connections", allowed=ADMIN, body=CONNECTION
    ),
    Request(
        what="delete a connection", method="DELETE", path="/api/v2/connections/role_test", allowed=ADMIN
    ),
    Request(what="see the audit log", method="GET", path="/api/v2/eventLogs", allowed=ADMIN),
    Request(what="see users", method="GET", path="/auth/fab/v1/users", allowed=ADMIN),
    Request(what="see roles", method="GET", path="/auth/fab/v1/roles", allowed=ADMIN),
    Request(
        what="make a pool", method="POST", path="/api/v2/pools", allowed=ADMIN,
        body={"name": "role_test", "slots": 1},
    ),
    Request(
        what="delete variables", method="PATCH", path="/api/v2/variables", allowed=OPERATORS,
        body=deleting("role_test"),
    ),
    Request(
        what="delete connections", method="PATCH", path="/api/v2/connections", allowed=ADMIN,
        body=deleting("role_test"),
    ),
    Request(
        what="delete pools", method="PATCH", path="/api/v2/pools", allowed=ADMIN, body=deleting("role_test_2")
    ),
    Request(
        what="clear runs", method="POST", path=f"/api/v2/dags/{UPGRADE_DAG}/clearDagRuns", allowed=OPERATORS,
        body={"dry_run": True, "dag_runs": [{"dag_run_id": RUN}]},
    ),
    Request(what="delete a pool", method="DELETE", path="/api/v2/pools/role_test", allowed=ADMIN),
    Request(what="delete a run", method="DELETE", path=f"{RUNS}/{RUN}", allowed=ADMIN),
    Request(what="delete a DAG", method="DELETE", path="/api/v2/dags/no-such-dag", allowed=ADMIN),
]  # fmt: skip


@pytest.fixture(scope="module")
def clients(fleet: Fleet) -> Iterator[dict[str, httpx.Client]]:
    """A client a user, and one without a token under the name ''."""
    anonymous = httpx.Client(base_url=fleet.url, timeout=60, trust_env=False)
    found = {name: fleet.client(name) for name in access.USERS}
    parsed = partial(found["admin"].get, f"/api/v2/dags/{UPGRADE_DAG}")
    fleet.until(lambda: parsed().is_success or None, f"DAG {UPGRADE_DAG}", PARSED_S)
    yield {**found, "": anonymous}
    for client in (*found.values(), anonymous):
        client.close()


@pytest.fixture(scope="module")
def stranger(fleet: Fleet, clients: dict[str, httpx.Client]) -> Iterator[httpx.Client]:
    """Somebody who can log in, and has no role that says anything."""
    body = {
        "username": STRANGER, "password": STRANGERS_PASSWORD, "email": "stranger@localhost",
        "first_name": "A", "last_name": "Stranger", "roles": [{"name": "Public"}],
    }  # fmt: skip
    made = clients["admin"].post("/auth/fab/v1/users", json=body)
    assert made.is_success, made.text
    told = {"username": STRANGER, "password": STRANGERS_PASSWORD}
    token = clients[""].post("/auth/token", json=told).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=fleet.url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture
def left_alone(clients: dict[str, httpx.Client]) -> Iterator[None]:
    """The scheduler touches no run of a paused DAG. Where it works on the run that Airflow's API marks, the
    two can lock the same rows the other way round, and PostgreSQL ends one of them: 500."""
    for paused in (True, False):
        answer = clients["admin"].patch(f"/api/v2/dags/{UPGRADE_DAG}", json={"is_paused": paused})
        assert answer.is_success, answer.text
        if paused:
            yield


def test_each_role_may_do_its_own_and_nothing_else(
    clients: dict[str, httpx.Client], left_alone: None
) -> None:
    faults = []
    for request in REQUESTS:
        answers = {name: ask(clients[name], request) for name in in_order(request)}
        for name, answer in answers.items():
            right = answer.status_code == expected_refusal(name) if name not in request.allowed else (
                answer.status_code not in (UNAUTHENTICATED, FORBIDDEN, 405, 422)
                and answer.status_code < 500
            )  # fmt: skip
            if not right:
                faults.append(f"{name or 'nobody'}: {request.what}: {answer.status_code} {answer.text[:200]}")
    assert faults == []


def test_a_viewer_can_write_nothing_by_any_route_of_the_api(clients: dict[str, httpx.Client]) -> None:
    """Every route that Airflow itself lists, whatever it is called."""
    listed = clients["admin"].get("/openapi.json").json()["paths"]
    asked, let_in = 0, []
    for path, methods in listed.items():
        for method in {"post", "put", "patch", "delete"} & methods.keys():
            if READS_BY_POST.search(path):
                continue
            asked += 1
            url, route = re.sub(r"\{[^}]*\}", "1", path), f"{method} {path}"
            for name in ("viewer", ""):
                answer = clients[name].request(method.upper(), url, json=BODIES.get(route, {}))
                wanted = 404 if name and route in LOOKS_FIRST else expected_refusal(name)
                if answer.status_code != wanted:
                    let_in.append(f"{name or 'nobody'} {route}: {answer.status_code} {answer.text[:80]}")
    assert asked > 30
    assert let_in == []


def test_every_application_and_route_of_the_plugin_is_known_here(clients: dict[str, httpx.Client]) -> None:
    listed = clients["admin"].get("/api/v2/plugins").json()["plugins"]
    mounted = [app for plugin in listed for app in plugin["fastapi_apps"]]
    assert [app["url_prefix"] for app in mounted] == [PLUGIN_ROOT]
    assert [
        plugin["fastapi_root_middlewares"] for plugin in listed if plugin["fastapi_root_middlewares"]
    ] == []
    routes = make_app(lambda: pytest.fail("nothing is read here"), lets_in_everybody).routes
    assert all(isinstance(route, APIRoute) and route.methods == {"GET"} for route in routes)
    assert {route.path for route in routes if isinstance(route, APIRoute)} == set(PLUGIN_EXAMPLES)


@pytest.mark.parametrize("example", PLUGIN_EXAMPLES.values())
def test_plugin_pages_are_for_those_who_may_see_runs(
    clients: dict[str, httpx.Client], stranger: httpx.Client, example: str
) -> None:
    url = f"{PLUGIN_ROOT}{example}"
    assert clients[""].get(url).status_code == UNAUTHENTICATED
    assert clients[""].get(url, headers={"Authorization": "Bearer nonsense"}).status_code in (401, 403)
    assert stranger.get(url).status_code == FORBIDDEN
    for name in access.USERS:
        answer = clients[name].get(url)
        assert answer.status_code in (200, 404), name
        kind = "application/json" if example == "/unattended" else "text/html"
        assert answer.headers["content-type"].startswith(kind), name


def test_a_page_of_the_campaigns_upgrade_is_shown_to_a_viewer(
    clients: dict[str, httpx.Client], campaign: Run
) -> None:
    page = clients["viewer"].get(f"{PLUGIN_ROOT}/upgrades/{campaign.run_id}__{UPGRADED}")
    assert page.status_code == 200
    assert UPGRADED in page.text


def lets_in_everybody() -> Callable[[str], None]:
    """A guard as the console takes it: it gives what is asked for each DAG by its id."""
    return lambda _: None


def ask(client: httpx.Client, request: Request) -> httpx.Response:
    return client.request(request.method, request.path, json=request.body)


def in_order(request: Request) -> list[str]:
    """Those who are refused first: what they ask for must not be done by somebody before."""
    refused = sorted({*EVERYBODY, ""} - request.allowed)
    return [*refused, *sorted(request.allowed, reverse=True)]


def expected_refusal(name: str) -> int:
    return FORBIDDEN if name else UNAUTHENTICATED
