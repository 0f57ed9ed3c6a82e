"""The console's pages over HTTP, with the guard and the stores handed in."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from srx_issu.console.app import make_app
from srx_issu.console.sources import Sources, open_sources
from srx_issu.console.unattended import AtWork
from srx_issu.domain.errors import JournalError
from srx_issu.ports.dag_names import OWNING_DAGS
from tests.integration.console.fakes import OPEN, RECOVERY, OneAudit, two_upgrades

TAKE_OVER = "srx-issu recover fw-b --take-over --reason '...'"
PAGES = ("/", "/upgrades/wave1__fw-a", "/upgrades/wave1__fw-a/report", "/audits")


@dataclass(frozen=True, kw_only=True)
class Web:
    """One request at a time to the console, mounted as Airflow mounts it; nothing listens anywhere."""

    app: FastAPI

    def get(self, path: str, **params: str) -> httpx.Response:
        return self.request("GET", path, **params)

    def request(self, method: str, path: str, **params: str) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://airflow") as web:
                return await web.request(method, path, params=params or None)

        return asyncio.run(ask())


def everybody() -> Callable[[str], None]:
    return lambda dag_id: None


def client(
    sources: Callable[[], Sources] = two_upgrades,
    guard: Callable[[], object] = everybody,
    at_work: AtWork = frozenset,
) -> Web:
    outer = FastAPI()
    outer.mount("/srx-issu", make_app(sources, guard, at_work))
    return Web(app=outer)


def nobody() -> None:
    raise HTTPException(401, "Not authenticated")


@pytest.mark.parametrize("path", [*PAGES, "/upgrades/ghost", "/docs", "/openapi.json"])
def test_nothing_is_shown_to_those_whom_the_guard_turns_away(path: str) -> None:
    response = client(guard=nobody).get(f"/srx-issu{path}")
    assert response.status_code in (401, 404)
    assert "fw-a" not in response.text


@pytest.mark.parametrize(
    ("dag_id", "run_id", "status", "words"),
    [
        ("campaign__spring", "manual__1", 200, "12 clusters"),
        ("campaign__spring", "manual__2", 404, "No report yet"),
        ("issu_cluster", "wave1__fw-a", 200, "fw-a"),
        ("staging__spring", "manual__1", 404, "No upgrade under this run"),
    ],
)
def test_a_run_of_any_dag_shows_what_there_is(dag_id: str, run_id: str, status: int, words: str) -> None:
    response = client().get(f"/srx-issu/runs/{dag_id}/{run_id}")
    assert response.status_code == status
    assert words in response.text


CAMPAIGN, AUDIT, UPGRADE, RECOVER = "campaign__spring", "issu_audit", "issu_cluster", "issu_recover"


@pytest.mark.parametrize(
    ("path", "about"),
    [
        ("/", set(OWNING_DAGS)),
        ("/upgrades/wave1__fw-a", {UPGRADE}),
        ("/upgrades/wave1__fw-a/report", {UPGRADE}),
        (f"/upgrades/{RECOVERY}", {RECOVER}),
        (f"/upgrades/{RECOVERY}/report", {RECOVER}),
        ("/upgrades/daily", {AUDIT}),
        ("/audits", {AUDIT}),
        ("/runs/issu_cluster/wave1__fw-a", {UPGRADE}),
        (f"/runs/issu_recover/{RECOVERY}", {RECOVER}),
        ("/runs/issu_audit/daily", {AUDIT}),
        ("/runs/campaign__spring/manual__1", {CAMPAIGN}),
    ],
)
def test_a_page_asks_for_the_rights_of_the_dag_that_it_is_about(path: str, about: set[str]) -> None:
    def rights_of(readable: set[str]) -> Callable[[], Callable[[str], None]]:
        def may_read(dag_id: str) -> None:
            if dag_id not in readable:
                raise HTTPException(403, "Forbidden")

        return lambda: may_read

    everything = {CAMPAIGN, AUDIT, UPGRADE, RECOVER, "campaign__autumn", "staging__spring"}
    assert client(guard=rights_of(about)).get(f"/srx-issu{path}").status_code == 200
    for needed in about:
        response = client(guard=rights_of(everything - {needed})).get(f"/srx-issu{path}")
        assert response.status_code == 403
        assert "fw-" not in response.text
        assert "clusters" not in response.text


@pytest.mark.parametrize(
    "dag_id", ["issu_recover", "staging__spring", "campaign__spring", "~", "issu_audit", "x"]
)
def test_rights_on_one_dag_show_no_run_of_another(dag_id: str) -> None:
    response = client().get(f"/srx-issu/runs/{dag_id}/wave1__fw-a")
    assert response.status_code == 404
    assert "UPGRADED" not in response.text


@pytest.mark.parametrize("character", ["%00", "%07", "%1b", "%0a", "%7f", "%c2%85", "%e2%80%ae"])
@pytest.mark.parametrize(
    "path",
    [
        "/upgrades/a{}b",
        "/upgrades/{}",
        "/upgrades/a{}b/report",
        "/runs/issu_cluster/a{}b",
        "/runs/issu_audit/a{}b",
        "/runs/campaign__spring/a{}b",
        "/runs/a{}b/c",
        "/?cluster=a{}b",
    ],
)
def test_a_name_that_nothing_can_have_is_not_found(path: str, character: str) -> None:
    response = client().get(f"/srx-issu{path.format(character)}")
    assert response.status_code == 404
    assert "No such page" in response.text or "Not Found" in response.text
    assert client(guard=nobody).get(f"/srx-issu{path.format(character)}").status_code in (401, 404)


def test_a_run_without_an_upgrade_says_where_to_look() -> None:
    response = client().get("/srx-issu/upgrades/ghost%3Cscript%3E")
    assert response.status_code == 404
    assert "the log of its task claim says why" in response.text
    assert "<script>" not in response.text


def test_a_journal_that_does_not_answer_is_a_page_with_its_words() -> None:
    def away() -> Sources:
        raise JournalError("PostgreSQL does not answer")

    response = client(away).get("/srx-issu/")
    assert response.status_code == 503
    assert "PostgreSQL does not answer" in response.text


def test_changed_evidence_costs_its_own_part_only() -> None:
    response = client(lambda: two_upgrades(**{"transcript.txt": b"changed"})).get(f"/srx-issu{PAGES[1]}")
    assert response.status_code == 200
    assert "SHA-256 is ..., was ..." in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_can_be_changed(method: str, path: str) -> None:
    assert client().request(method, f"/srx-issu{path}").status_code == 405


@pytest.mark.parametrize("path", PAGES)
def test_pages_forbid_scripts_foreign_frames_and_caches(path: str) -> None:
    headers = client().get(f"/srx-issu{path}").headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"


def test_lists_upgrades_with_links_that_work() -> None:
    web = client()
    listing = web.get("/srx-issu/")
    for upgrade_id in ("wave1__fw-a", OPEN):
        link = f"/srx-issu/upgrades/{quote(upgrade_id, safe='')}"
        assert f'href="{link}"' in listing.text
        assert web.get(link).status_code == 200
    assert "UPGRADED WITH FINDINGS" in listing.text
    assert "UNDER WAY" in listing.text


def test_a_cluster_whose_run_is_gone_is_listed_with_the_command_that_takes_it_over() -> None:
    web = client(at_work=lambda _: frozenset())
    text = html.unescape(web.get("/srx-issu/").text)
    assert "Unattended" in text
    assert TAKE_OVER in text
    told = web.get("/srx-issu/unattended").json()["unattended"]
    assert [(each["cluster"], each["upgrade_id"], each["command"]) for each in told] == [
        ("fw-b", OPEN, TAKE_OVER),
        ("fw-c", RECOVERY, TAKE_OVER.replace("fw-b", "fw-c")),
    ]


def test_a_cluster_whose_run_is_at_work_is_not_unattended() -> None:
    web = client()
    assert "Unattended" not in web.get("/srx-issu/").text
    assert web.get("/srx-issu/unattended").json() == {"unattended": []}
    assert client(guard=nobody).get("/srx-issu/unattended").status_code == 401


def test_lists_one_cluster() -> None:
    text = client().get("/srx-issu/", cluster="fw-b").text
    assert "UNDER WAY" in text
    assert "UPGRADED WITH FINDINGS" not in text
    assert "names are written in full" in client().get("/srx-issu/", cluster="fw").text


def test_only_an_open_upgrade_is_looked_at_again() -> None:
    web = client()
    assert web.get(f"/srx-issu/upgrades/{quote(OPEN, safe='')}").headers["refresh"] == "20"
    assert "refresh" not in web.get("/srx-issu/upgrades/wave1__fw-a").headers


def test_shows_the_report_that_was_kept_else_the_live_page() -> None:
    kept = {"report.html": b"<p>first</p>", "report-2.html": b"<p>of that night</p>"}
    web = client(lambda: two_upgrades(**kept))
    assert web.get("/srx-issu/upgrades/wave1__fw-a/report").text == "<p>of that night</p>"
    assert "UNDER WAY" in web.get(f"/srx-issu/upgrades/{quote(OPEN, safe='')}/report").text
    assert web.get("/srx-issu/upgrades/ghost/report").status_code == 404


def test_lists_every_file_but_reads_only_what_is_told() -> None:
    response = client(lambda: two_upgrades(**{"configuration-node1.set.sealed": b"changed"})).get(
        f"/srx-issu{PAGES[1]}"
    )
    assert "configuration-node1.set.sealed" in response.text
    assert "SHA-256 is ..." not in response.text


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SRX_ISSU_JOURNAL_URL", raising=False)
    with pytest.raises(JournalError, match="SRX_ISSU_JOURNAL_URL is not set for the API server"):
        open_sources()


def test_the_newest_audit_and_the_one_of_a_run() -> None:
    assert client().get("/srx-issu/audits").text == "<p>30 clusters</p>"
    assert client().get("/srx-issu/upgrades/daily").text == "<p>30 clusters</p>"
    assert 'href="/srx-issu/audits"' in client().get("/srx-issu/").text


def test_without_an_audit_it_is_said_how_to_get_one() -> None:
    def none() -> Sources:
        return replace(two_upgrades(), audits=OneAudit(pages={}))

    response = client(none).get("/srx-issu/audits")
    assert response.status_code == 404
    assert "issu_audit" in response.text


def test_the_archive_for_juniper_is_linked_and_can_be_had() -> None:
    kept = {"jtac-evidence.tgz": b"whole", "configuration-node0.set": b"system"}
    web = client(lambda: two_upgrades(**kept))
    link = "/srx-issu/upgrades/wave1__fw-a/jtac-evidence.tgz"
    assert f'href="{link}"' in web.get("/srx-issu/upgrades/wave1__fw-a").text
    assert f'href="{link}"' in web.get("/srx-issu/runs/issu_cluster/wave1__fw-a").text
    answer = web.get(link)
    assert (answer.content, answer.headers["content-type"]) == (b"whole", "application/gzip")
    assert answer.headers["content-disposition"] == 'attachment; filename="jtac-evidence.tgz"'
    assert answer.headers["cache-control"] == "no-store"
    assert "jtac-evidence" not in client().get("/srx-issu/upgrades/wave1__fw-a").text


@pytest.mark.parametrize(
    "name", ["configuration-node0.set", "jtac-evidence-2.tgz", "report.html", "..%2Fjtac-evidence.tgz"]
)
def test_nothing_else_of_the_evidence_can_be_had(name: str) -> None:
    kept = {"jtac-evidence.tgz": b"whole", "configuration-node0.set": b"system", "report.html": b"x"}
    response = client(lambda: two_upgrades(**kept)).get(f"/srx-issu/upgrades/wave1__fw-a/{name}")
    assert response.status_code == 404
    assert response.content not in kept.values()


def test_the_archive_asks_for_the_rights_of_its_dag() -> None:
    def may_read(dag_id: str) -> None:
        if dag_id == UPGRADE:
            raise HTTPException(403, "Forbidden")

    web = client(lambda: two_upgrades(**{"jtac-evidence.tgz": b"whole"}), guard=lambda: may_read)
    assert web.get("/srx-issu/upgrades/wave1__fw-a/jtac-evidence.tgz").status_code == 403
