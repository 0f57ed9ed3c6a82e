"""Databases and roles on a server like the layout's, with passwords: who reaches what."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import psycopg
import pytest

from srx_issu.stack.processes.component import Component
from srx_issu.stack.processes.home import Home
from srx_issu.stack.processes.ports import LOOPBACK, free_port
from srx_issu.stack.processes.sessions import end_all
from srx_issu.stack.production import databases, secrets
from srx_issu.stack.production.composition import read_services
from srx_issu.stack.production.native_postgres import initialise, postgres_program
from tests.places import ROOT

COMPOSE = ROOT / "docker-compose.yaml"
VALUES = secrets.new()
REACHED = {
    databases.AIRFLOW: {"airflow"},
    databases.RESULTS: {"celery_results"},
    databases.OWNER: {"journal"},
    databases.WRITER: {"journal"},
    databases.READER: {"journal"},
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Everything made, twice: init is repeated at every start."""
    home, number = Home(root=tmp_path_factory.mktemp("pg")), free_port()
    home.create()
    service = read_services(COMPOSE, VALUES)["postgres"]
    initialise(home, service.environment)
    program = postgres_program(home, service, {**os.environ, "LC_ALL": "C.UTF-8"}, number)
    component = Component(program)
    try:
        superuser = f"postgresql://postgres:{VALUES['POSTGRES_PASSWORD']}@{LOOPBACK}:{number}/postgres"
        wait_for(superuser, component)
        for _ in range(2):
            databases.prepare(superuser, VALUES)
            databases.migrate_journal(superuser, VALUES)
        yield number
    finally:
        end_all((component.session,), 10.0)
        component.wait()


def wait_for(url: str, component: Component) -> None:
    deadline = time.monotonic() + 30
    while True:
        component.check()
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def url_of(role: str, port: int, database: str) -> str:
    return f"postgresql://{role}:{VALUES[databases.PASSWORD_OF[role]]}@{LOOPBACK}:{port}/{database}"


def test_every_role_of_the_layout_is_looked_at() -> None:
    assert REACHED.keys() == databases.PASSWORD_OF.keys()


@pytest.mark.parametrize("role", REACHED)
def test_a_role_reaches_its_own_database_and_no_other(port: int, role: str) -> None:
    for database in databases.DATABASES:
        if database in REACHED[role]:
            psycopg.connect(url_of(role, port, database)).close()
            continue
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url_of(role, port, database))


def test_a_password_of_another_role_is_refused(port: int) -> None:
    url = url_of(databases.READER, port, "journal").replace(databases.READER, databases.WRITER)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_the_reader_reads_and_the_writer_adds(port: int) -> None:
    opening = (
        "INSERT INTO srx_issu.campaigns (campaign_id, name, requested_by, opened_at) "
        "VALUES ('spring__1', 'spring', 'ada', now())"
    )
    with psycopg.connect(url_of(databases.READER, port, "journal")) as reader:
        assert reader.execute("SELECT count(*) FROM srx_issu.campaigns").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(opening)
    with psycopg.connect(url_of(databases.WRITER, port, "journal")) as writer:
        assert writer.execute(opening).rowcount == 1
