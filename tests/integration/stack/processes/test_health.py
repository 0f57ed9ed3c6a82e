"""The border to the API server: whatever httpx raises and whatever it answers, the stack hears one word."""

from __future__ import annotations

import inspect
import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from srx_issu.stack.processes.health import ApiServerSilent, HealthProbe, translated
from srx_issu.stack.processes.ports import LOOPBACK, free_port
from srx_issu.stack.processes.readiness import report_dags

# Not failures of a request: raised where httpx itself is misused, or a base class.
NOT_OF_A_REQUEST = {"CookieConflict"}


def exceptions_of_httpx() -> list[type[Exception]]:
    found = inspect.getmembers(httpx, lambda each: inspect.isclass(each) and issubclass(each, Exception))
    return [each for name, each in found if name not in NOT_OF_A_REQUEST]


@pytest.mark.parametrize("kind", exceptions_of_httpx())
def test_every_exception_of_httpx_is_a_silent_api_server(kind: type[Exception]) -> None:
    with pytest.raises(ApiServerSilent), translated():
        raise kind.__new__(kind)


class Answering(BaseHTTPRequestHandler):
    """Answers every request with the class's body and status."""

    body, status = b"{}", 200

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    do_POST = do_GET  # noqa: N815 - the library's name

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def answering() -> Iterator[Callable[[object, int], str]]:
    """Starts a server that always gives this answer; its URL."""
    servers: list[tuple[HTTPServer, threading.Thread]] = []

    def start(body: object, status: int = 200) -> str:
        told = body if isinstance(body, bytes) else json.dumps(body).encode()
        handler = type("Answer", (Answering,), {"body": told, "status": status})
        server = HTTPServer((LOOPBACK, 0), handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return f"http://{LOOPBACK}:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("body", [b"<html>", [], {"scheduler": "fine"}, 3])
def test_an_answer_that_is_not_airflows_is_silence(answering: Callable[..., str], body: object) -> None:
    with HealthProbe(answering(body)) as probe, pytest.raises(ApiServerSilent):
        probe.health()


def test_an_error_page_is_silence(answering: Callable[..., str]) -> None:
    with HealthProbe(answering({}, 500)) as probe, pytest.raises(ApiServerSilent):
        probe.log_in()


def test_words_and_heartbeats(answering: Callable[..., str]) -> None:
    said = {
        "metadatabase": {"status": "healthy"},
        "scheduler": {"status": "unhealthy", "latest_scheduler_heartbeat": "10:00"},
        "triggerer": {"status": None, "latest_triggerer_heartbeat": None},
    }
    with HealthProbe(answering(said)) as probe:
        health = probe.health()
    assert health.words["scheduler"] == "unhealthy"
    assert health.beats["scheduler"] == "10:00"
    assert health.words["dag_processor"] == "None"


def test_an_api_server_that_is_late_ends_no_start(tmp_path: Path) -> None:
    """It is healthy, and does not answer the next question in time: the stack is up all the same."""
    (tmp_path / "dag.py").touch()
    looks = 0

    def check() -> None:
        nonlocal looks
        looks += 1
        if looks > 2:
            raise EnoughSeen

    with HealthProbe(f"http://{LOOPBACK}:{free_port()}") as probe, pytest.raises(EnoughSeen):
        report_dags(probe, tmp_path, datetime.now(UTC), check, print)


class EnoughSeen(Exception):
    """It asked again instead of giving up."""
