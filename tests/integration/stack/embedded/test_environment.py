"""What Airflow's components are told."""

from __future__ import annotations

from pathlib import Path

from srx_issu.adapters.sealed_box import new_private_key
from srx_issu.stack.embedded.environment import Wiring, variables
from srx_issu.stack.embedded.secrets import Secrets
from srx_issu.stack.processes.home import Home

SECRETS = Secrets(fernet_key="f", jwt_secret="j", api_secret_key="a", seal_private_key=new_private_key())
WIRING = Wiring(
    home=Home(root=Path("/state")),
    repository=Path("/repo"),
    dags=Path("/repo/dags"),
    files=Path("/files"),
    port=4711,
    airflow_database="postgresql+psycopg2://u@/airflow?host=/state/pgdata",
    journal_database="postgresql+psycopg://u@/journal?host=/state/pgdata",
    parallelism=8,
)


def test_tasks_and_people_are_sent_to_the_same_port() -> None:
    told = variables(WIRING, SECRETS, {})
    assert told["AIRFLOW__API__PORT"] == "4711"
    assert told["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] == "http://127.0.0.1:4711/execution/"
    assert told["AIRFLOW__API__BASE_URL"] == WIRING.url


def test_the_api_listens_on_loopback_only() -> None:
    assert variables(WIRING, SECRETS, {})["AIRFLOW__API__HOST"] == "127.0.0.1"


def test_our_own_settings_are_where_the_product_reads_them() -> None:
    told = variables(WIRING, SECRETS, {})
    assert told["SRX_ISSU_FILES"] == "/files"
    assert told["SRX_ISSU_JOURNAL_URL"] == WIRING.journal_database
    assert told["SRX_ISSU_JOURNAL_KEY_FILE"] == "/state/journal.key"
    assert told["SRX_ISSU_EVIDENCE"] == "file:///state/evidence"


def test_the_callers_connections_pass_through_but_not_his_database() -> None:
    base = {"AIRFLOW_CONN_LAB": "{}", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite://"}
    told = variables(WIRING, SECRETS, base)
    assert told["AIRFLOW_CONN_LAB"] == "{}"
    assert told["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == WIRING.airflow_database


def test_compiled_files_are_kept_whatever_the_callers_shell_says() -> None:
    assert "PYTHONDONTWRITEBYTECODE" not in variables(WIRING, SECRETS, {"PYTHONDONTWRITEBYTECODE": "1"})


def test_no_proxy_stands_between_the_components() -> None:
    told = variables(WIRING, SECRETS, {"NO_PROXY": "intra.example"})
    assert told["NO_PROXY"] == told["no_proxy"] == "intra.example,127.0.0.1,localhost"
