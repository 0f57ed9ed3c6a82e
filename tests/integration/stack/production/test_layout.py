"""The compose file read and laid out on one machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from srx_issu.stack.processes.hanging import API_SERVER, BEATING
from srx_issu.stack.processes.home import Home
from srx_issu.stack.production import secrets
from srx_issu.stack.production.composition import Mount, VariableMissing, read_services
from srx_issu.stack.production.layout import Layout, instances
from tests.places import ROOT

COMPOSE = """
services:
  worker:
    image: ${IMAGE:-ours}
    command: [run, $$HOME, "${PLAIN}"]
    environment: { URL: "redis://:${REDIS_PASSWORD:?make one}@redis:6379/0", AT: /opt/srx-issu/dags }
    volumes: ["${FILES:-./include}:/srv/srx-issu/files:ro", "logs:/opt/airflow/logs"]
    healthcheck: { test: ["CMD-SHELL", "ping $${HOSTNAME}"] }
    restart: unless-stopped
    deploy: { replicas: 2 }
"""


@pytest.fixture
def compose(tmp_path: Path) -> Path:
    path = tmp_path / "docker-compose.yaml"
    path.write_text(COMPOSE)
    return path


def test_a_variable_that_must_be_there_says_how_to_get_it(compose: Path) -> None:
    with pytest.raises(VariableMissing, match="REDIS_PASSWORD is not set: make one"):
        read_services(compose, {})


def test_reads_defaults_dollars_mounts_and_checks(compose: Path) -> None:
    worker = read_services(compose, {"REDIS_PASSWORD": "p", "PLAIN": "x"})["worker"]
    assert (worker.image, worker.command) == ("ours", ("run", "$HOME", "x"))
    assert worker.mounts == (
        Mount(source="./include", target="/srv/srx-issu/files", read_only=True),
        Mount(source="logs", target="/opt/airflow/logs"),
    )
    assert worker.health == ("sh", "-c", "ping ${HOSTNAME}")
    assert (instances(worker), worker.restarts) == (("worker-1", "worker-2"), True)


def test_what_is_watched_for_hanging_is_there_and_has_its_service_to_itself() -> None:
    """Of two processes of a service Airflow tells only that one of them beats, so none is watched."""
    services = read_services(ROOT / "docker-compose.yaml", secrets.new())
    assert {API_SERVER, *BEATING.values()} <= set(services)
    assert instances(services[API_SERVER]) == (API_SERVER,)
    assert instances(services["dag-processor"]) == ("dag-processor",)


def test_names_of_services_and_folders_become_places_on_this_machine(compose: Path, tmp_path: Path) -> None:
    worker = read_services(compose, {"REDIS_PASSWORD": "p"})["worker"]
    layout = Layout(
        home=Home(root=tmp_path), repository=Path("/here"), files=Path("/files"),
        ports={"postgres": 1, "redis": 2, "api-server": 3},
    )  # fmt: skip
    variables = layout.variables(worker, "worker-2", {"PATH": "/bin", "AWS_SECRET_ACCESS_KEY": "not ours"})
    assert variables["URL"] == "redis://:p@127.0.0.1:2/0"
    assert variables["AT"] == "/here/dags"
    assert variables["HOSTNAME"] == "worker-2"
    assert "AWS_SECRET_ACCESS_KEY" not in variables


def test_secrets_are_complete_for_the_real_file() -> None:
    for missing in secrets.NAMES:
        given = {name: value for name, value in secrets.new().items() if name != missing}
        with pytest.raises(VariableMissing, match=missing):
            read_services(ROOT / "docker-compose.yaml", given)
