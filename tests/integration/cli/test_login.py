"""Where Airflow is and who asks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from srx_issu.cli.login import ApiLogin, NoLogin, find_login
from srx_issu.cli.run_ids import new_run_id
from srx_issu.stack.embedded.secrets import load_or_create, passwords
from srx_issu.stack.processes import running
from srx_issu.stack.processes.home import Home

ELSEWHERE = "https://airflow.example"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SRX_ISSU_HOME", str(tmp_path / "home"))
    made = Home.default()
    made.create()
    return made


def never_ask(user: str) -> str:
    raise AssertionError(f"asked for the password of {user}")


def login(**given: Any) -> ApiLogin:
    defaults: dict[str, Any] = {
        "url": None,
        "user": None,
        "password_file": None,
        "environment": {},
        "ask": never_ask,
    }
    return find_login(**{**defaults, **given})


@pytest.mark.usefixtures("home")
def test_says_what_to_do_when_no_airflow_is_known() -> None:
    with pytest.raises(NoLogin, match="make up"):
        login()


@pytest.mark.usefixtures("home")
def test_a_remote_airflow_needs_a_user() -> None:
    with pytest.raises(NoLogin, match="SRX_ISSU_USER"):
        login(url=ELSEWHERE)


def test_the_stack_that_runs_here_is_the_default_and_its_operator_too(home: Home) -> None:
    load_or_create(home)
    with running.locked(home):
        running.write(home, running.Running(pid=os.getpid(), url="http://127.0.0.1:9", sessions={}))
        found = login()
    assert (found.url, found.user) == ("http://127.0.0.1:9", "operator")


def test_its_passwords_are_for_itself_only(home: Home) -> None:
    load_or_create(home)
    with running.locked(home):
        running.write(home, running.Running(pid=os.getpid(), url="http://127.0.0.1:9", sessions={}))
        assert login(user="viewer").password() == passwords(home)["viewer"]
        assert login(url=ELSEWHERE, user="viewer", ask=lambda _: "typed").password() == "typed"


@pytest.mark.usefixtures("home")
def test_environment_and_file_save_the_question(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from-file\n")
    told = {"SRX_ISSU_URL": ELSEWHERE, "SRX_ISSU_USER": "me", "SRX_ISSU_PASSWORD": "from-environment"}
    assert login(environment=told).password() == "from-environment"
    assert login(environment=told, password_file=file).password() == "from-file"


@pytest.mark.usefixtures("home")
def test_an_empty_password_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.touch()
    found = login(url=ELSEWHERE, user="me", password_file=file)
    with pytest.raises(NoLogin, match="password"):
        found.password()


@pytest.mark.parametrize(
    ("url", "readable"),
    [
        ("http://127.0.0.1:8080", False),
        ("http://localhost", False),
        (ELSEWHERE, False),
        ("http://airflow.example", True),
    ],
)
def test_warns_of_clear_text_on_the_way(url: str, readable: bool) -> None:
    assert ApiLogin(url=url, user="me", password=str).is_readable_on_the_way is readable


def test_a_run_id_holds_only_what_airflow_allows() -> None:
    assert new_run_id("fw 1/a").startswith("fw-1-a__")
