"""Whatever Airflow's REST API offers, as viewer, as operator and as approver, at a gate and in mid-ISSU:
nothing unapproved is ever sent.

The routes come from the OpenAPI documents of the running API server; ``route_table`` says of each what it
could bring about.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable

import httpx
import pytest

from tests.stack.proofs.people import APPROVER, REQUESTER, UPGRADE, Asked, People, RunOf
from tests.stack.proofs.proof_stack import ProofStack
from tests.stack.proofs.route_table import (
    A_READ,
    CORE,
    EXECUTION,
    IN_MID_ISSU,
    IN_TURN,
    LOGINS,
    NOTHING,
    YES,
    Route,
    Target,
)

pytestmark = pytest.mark.stack

CHANGING = ("post", "put", "patch", "delete")
API = "/api/v2"
CONSOLE = ("/srx-issu/", "/srx-issu/audits", "/srx-issu/upgrades/x", "/srx-issu/upgrades/x/report",
           "/srx-issu/runs/issu_cluster/x")  # fmt: skip
VIEWER = "viewer"
WHO = (VIEWER, REQUESTER, APPROVER)
SWEPT = {VIEWER: "swept first", REQUESTER: "swept by the requester", APPROVER: "swept by the approver"}
AT_REST = ("success", "failed", "gone")
NO_ANSWER = 599
LEFT_ALONE = (401, 403, 404, 405, 422)
INTENDED = """
    SELECT text FROM srx_issu.events JOIN srx_issu.upgrades USING (upgrade_id)
    WHERE cluster = %s AND kind = 'action_intended'
"""
TOKEN = """
import sys
from airflow.configuration import conf
from airflow.api_fastapi.auth.tokens import JWTGenerator, get_signing_args
made = JWTGenerator(
    valid_for=600,
    audience=conf.get_mandatory_list_value("execution_api", "jwt_audience")[0],
    issuer=conf.get("api_auth", "jwt_issuer", fallback=None),
    **get_signing_args(make_secret_key_if_needed=False),
)
print(made.generate(extras={"sub": sys.argv[1], "scope": "execution"}))
"""


def listed(people: People, document: str) -> set[str]:
    """Method and path of each changing route of one application."""
    answer = fetched(people, document)
    return {
        f"{method.upper()} {path}"
        for path, methods in answer.json()["paths"].items()
        for method in methods
        if method in CHANGING
    }


def fetched(people: People, path: str) -> httpx.Response:
    answer = httpx.get(f"{people.proofs.running.stack.url}{path}", timeout=60, follow_redirects=True)
    assert answer.is_success, f"{path}: {answer.status_code}"
    return answer


def test_every_route_that_changes_something_is_in_the_table(people: People) -> None:
    core = {name.replace(f" {API}", " ") for name in listed(people, "/openapi.json")}
    assert core - LOGINS == {route.name for route in CORE}
    newest = max(re.findall(r"\d{4}-\d\d-\d\d", fetched(people, "/execution/docs").text))
    execution = listed(people, f"/execution/openapi.json?version={newest}")
    assert execution == {route.name for route in EXECUTION}
    assert listed(people, "/auth/openapi.json") <= {name.replace("/auth", "", 1) for name in LOGINS}


@pytest.mark.parametrize("page", CONSOLE)
def test_the_console_changes_nothing(people: People, page: str) -> None:
    """It lists no routes; so each method is tried on each of its pages."""
    headers = {"Authorization": f"Bearer {people.proofs.running.api().session.log_in()}"}
    for method in CHANGING:
        answer = httpx.request(
            method, f"{people.proofs.running.stack.url}{page}", headers=headers, timeout=30
        )
        assert answer.status_code == httpx.codes.METHOD_NOT_ALLOWED, (method, answer.status_code)


@pytest.mark.release
@pytest.mark.begins("late")
def test_no_route_gets_a_second_start_out_in_mid_issu(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """On the run whose start came late (``test_lost_starts``); on one of its own when that is over."""
    run = runs["late"]
    if not people.is_in_mid_issu(run):
        run = people.upgrade(proofs.take_cluster(), approval=False, fail_back=False)
        people.until_mid_issu(run)
    asked = Asked(task_id="issu.start", map_index=-1, subject="", body="")
    target = target_of(people, run, asked)
    table = {route.name: route for route in CORE}
    for who in WHO:
        dict(sweep(people, target, [table[name] for name in IN_MID_ISSU], who))
    assert len(people.starts(run.cluster)) == 1
    other = RunOf(dag_id=UPGRADE, run_id=f"{run.run_id}__sweep", cluster=run.cluster)
    people.until(lambda: people.state(other) in AT_REST, "end of the other run", other)
    assert len(people.starts(run.cluster)) == 1


@pytest.mark.parametrize(
    "who",
    [
        pytest.param(VIEWER, marks=pytest.mark.begins(SWEPT[VIEWER])),
        pytest.param(REQUESTER, marks=pytest.mark.begins(SWEPT[REQUESTER])),
        pytest.param(APPROVER, marks=[pytest.mark.begins(SWEPT[APPROVER]), pytest.mark.release]),
    ],
)
def test_no_route_gets_an_unapproved_start_out_at_a_gate(
    people: People, runs: dict[str, RunOf], who: str
) -> None:
    """Each route in turn, on a run that waits for its answer; a run that has ended has its end."""
    run = runs[SWEPT[who]]
    target = target_of(people, run, people.question(run))
    tried: dict[str, int] = {}
    for routes in IN_TURN:
        tried |= dict(sweep(people, target, routes, who))
        settle(people, run)
        assert_nothing_was_sent(people, run)
    if who == VIEWER:
        meant = {route.name for route in CORE if route.brings not in (NOTHING, A_READ)}
        assert {n: status for n, status in tried.items() if n in meant and status not in LEFT_ALONE} == {}
        assert people.questions(run), "a viewer moved the run"
    else:
        people.end(run)


@pytest.mark.begins(SWEPT[VIEWER])
def test_no_token_of_a_task_gets_an_unapproved_start_out(people: People, runs: dict[str, RunOf]) -> None:
    """The execution API, every route of it, with the token that the asking task itself had; on the viewer's
    run."""
    run = runs[SWEPT[VIEWER]]
    target = target_of(people, run, people.question(run))
    token = token_of(people, target)
    with httpx.Client(
        base_url=f"{people.proofs.running.stack.url}/execution",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    ) as client:
        statuses = {}
        for route in EXECUTION:
            try:
                answer = client.request(route.method, route.address(target), json=route.body(target))
            except httpx.TransportError:  # the server hung up: it is what comes of it that counts
                statuses[route.name] = NO_ANSWER
            else:
                statuses[route.name] = answer.status_code
    assert any(status < 300 for status in statuses.values()), statuses
    settle(people, run)
    people.end(run)
    assert_nothing_was_sent(people, run)


def sweep(people: People, target: Target, routes: Iterable[Route], who: str) -> Iterable[tuple[str, int]]:
    """Route and status, one after the other."""
    for route in routes:
        answer = people.ask(
            route.method,
            route.address(target),
            who,
            json=body_of(route, target, who),
            params=route.params(target),
        )
        yield route.name, answer.status_code


def target_of(people: People, run: RunOf, asked: Asked) -> Target:
    found = people.ask("GET", f"{run.path}/taskInstances/{asked.task_id}").json()
    return Target(
        dag_id=run.dag_id,
        run_id=run.run_id,
        task_id=asked.task_id,
        map_index=asked.map_index,
        ti_id=str(found["id"]),
        cluster=run.cluster,
        image=people.proofs.running.image,
    )


def token_of(people: People, target: Target) -> str:
    """As the executor gives it to the task."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TOKEN, target.ti_id],
        env=people.proofs.running.environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return done.stdout.split()[-1]


def settle(people: People, run: RunOf) -> None:
    """Over, gone, or at a question again: nothing more comes of it."""
    people.until(lambda: people.state(run) in AT_REST or people.questions(run), "rest", run)


def assert_nothing_was_sent(people: People, run: RunOf) -> None:
    """By the lab's log and by the journal."""
    assert people.starts(run.cluster) == [], people.orders(run.cluster)
    intended = people.journal(INTENDED, run.cluster)
    assert [text for (text,) in intended if "in-service-upgrade" in text] == []


def body_of(route: Route, target: Target, who: str) -> object:
    """An approver's yes is no hole: he says both at once."""
    if who == APPROVER and route.path.endswith("/hitlDetails"):
        return {**YES, "chosen_options": ["Approve", "Reject"]}
    return route.body(target)
