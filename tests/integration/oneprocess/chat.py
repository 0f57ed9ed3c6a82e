"""A webhook that listens here: what people are told at once, by the notifiers that policy names."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import yaml

from srx_issu.adapters.journal import SqlJournal
from srx_issu.domain.history.step_events import WaitEnded
from srx_issu.domain.upgrade.goals import Goal
from tests.integration.oneprocess.place import Place


class Chat(BaseHTTPRequestHandler):
    place: Place
    run_id = ""
    received: list[tuple[str, bool]]  # what, and whether the wait that saw it was over

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        journal = SqlJournal(self.place.environment["SRX_ISSU_JOURNAL_URL"])
        ended = [e.event.awaited for e in journal.entries(Chat.run_id) if isinstance(e.event, WaitEnded)]
        self.received.append((body["text"], Goal.SECONDARY_UPGRADED in ended))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Not into the test's output."""


@pytest.fixture
def chat(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bool]]]:
    """A webhook that listens here, named by policy for every cluster that is claimed meanwhile."""
    Chat.place, Chat.received = place, []
    server = HTTPServer(("127.0.0.1", 0), Chat)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    host = f"http://127.0.0.1:{server.server_address[1]}"
    told = {"conn_type": "slackwebhook", "host": host, "password": "T0/B0/x"}
    monkeypatch.setenv("AIRFLOW_CONN_CHAT", json.dumps(told))
    limits = place.scenery.home.root / "files" / "policy" / "limits.yaml"
    usual = limits.read_text(encoding="utf-8")
    policy = yaml.safe_load(usual)
    policy["fleet"]["notify"] = [
        {"notifier": "no.such.provider.Notifier"},
        {
            "notifier": "airflow.providers.slack.notifications.slack_webhook.SlackWebhookNotifier",
            "arguments": {"slack_webhook_conn_id": "chat"},
        },
    ]
    limits.write_text(yaml.safe_dump(policy), encoding="utf-8")
    yield Chat.received
    limits.write_text(usual, encoding="utf-8")
    server.shutdown()
    thread.join()
    server.server_close()
