"""Our figures leave through Airflow's own stats: by StatsD over UDP and by OpenTelemetry over HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.stack.distributed.figures import Figures

# In a process that Airflow did not set up, as the triggerer's is, and in one that was forked from it.
TELL = """
import os
from srx_issu.airflow.composition.metrics import AirflowMetrics
metrics = AirflowMetrics()
metrics.count("outcome.UPGRADED", outcome="UPGRADED", site="fra1")
metrics.duration("phase_duration.cold_synced", 1.5, goal="cold_synced")
if (child := os.fork()) == 0:
    metrics.count("outcome.UPGRADED", outcome="UPGRADED", site="fra1")
    raise SystemExit
os.waitpid(child, 0)
"""


def tell(home: Path, settings: Mapping[str, str]) -> None:
    given = {f"AIRFLOW__METRICS__{name}": value for name, value in settings.items()}
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "NO_PROXY": "127.0.0.1", **given}
    done = subprocess.run(
        [sys.executable, "-c", TELL],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "was not sent" not in done.stderr


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_by_statsd(tmp_path: Path) -> None:
    with Figures.listening() as figures:
        tell(tmp_path, {"STATSD_ON": "True", "STATSD_HOST": "127.0.0.1", "STATSD_PORT": str(figures.port)})
        until(lambda: figures.counted["outcome.UPGRADED"] == 2)
    assert figures.timed == {"phase_duration.cold_synced": [1500.0]}
    assert figures.faults == []


class Collector(HTTPServer):
    """Keeps what is posted to it."""

    posted: list[tuple[str, bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector(("127.0.0.1", 0), _Handler)
    server.posted = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_by_opentelemetry_with_tags(tmp_path: Path, collector: Collector) -> None:
    port = str(collector.server_address[1])
    tell(tmp_path, {"OTEL_ON": "True", "OTEL_HOST": "127.0.0.1", "OTEL_PORT": port})
    until(lambda: any(b"srx_issu.outcome.upgraded" in body for _, body in collector.posted))
    told = b"".join(body for _, body in collector.posted)
    assert {path for path, _ in collector.posted} == {"/v1/metrics"}
    assert b"fra1" in told
    assert b"srx_issu.phase_duration.cold_synced" in told


def test_without_a_collector_nothing_happens(tmp_path: Path) -> None:
    tell(tmp_path, {})
