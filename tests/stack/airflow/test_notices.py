"""Notices by Airflow's own notifiers, to a mail server and a webhook that listen here."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from srx_issu.airflow.composition.campaign_notices import send_notice
from srx_issu.airflow.composition.notifying import link_to

CAMPAIGN = """
target: {SRX4600: 22.4R3-S2.11}
select: {sites: [fra1]}
notify:
  - notifier: airflow.providers.smtp.notifications.smtp.SmtpNotifier
    message: html_content
    subject: subject
    arguments: {to: noc@example.net, smtp_conn_id: mail}
  - notifier: airflow.providers.slack.notifications.slack_webhook.SlackWebhookNotifier
    arguments: {slack_webhook_conn_id: chat}
  - {notifier: no.such.provider.Notifier}
"""
RUN = ("campaign__spring", "spring__2027-01-01T00:00:00+00:00")


class Mailbox(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one mail takes."""

    received: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline().strip().upper():
            if line.startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                content = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.received.append(content.decode())
            self.wfile.write(b"221 bye\r\n" if line == b"QUIT" else b"250 ok\r\n")


class Webhook(BaseHTTPRequestHandler):
    received: list[str]

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.received.append(body["text"])
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Not into the test's output."""


@contextmanager
def listening(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mails(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    Mailbox.received = []
    with listening(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox)) as port:
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "srx-issu@example.net"}
        told = {"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extra}
        monkeypatch.setenv("AIRFLOW_CONN_MAIL", json.dumps(told))
        yield Mailbox.received


@pytest.fixture
def chats(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    Webhook.received = []
    with listening(HTTPServer(("127.0.0.1", 0), Webhook)) as port:
        told = {"conn_type": "slackwebhook", "host": f"http://127.0.0.1:{port}", "password": "T0/B0/x"}
        monkeypatch.setenv("AIRFLOW_CONN_CHAT", json.dumps(told))
        yield Webhook.received


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "spring.yaml").write_text(CAMPAIGN)
    monkeypatch.setenv("SRX_ISSU_FILES", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.net")
    return tmp_path


def test_everybody_is_told_with_a_link_and_one_broken_notifier_hinders_nobody(
    files: Path, mails: list[str], chats: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    send_notice("spring", RUN, "spring: wave 2 is held", "- fw-a: NOT_READY <script> {{ 1 + 1 }}")
    link = "https://airflow.example.net/dags/campaign__spring/runs/spring__2027-01-01T00%3A00%3A00%2B00%3A00"
    assert chats == [f"spring: wave 2 is held\n\n- fw-a: NOT_READY <script> {{{{ 1 + 1 }}}}\n\n{link}"]
    (mail,) = (email.message_from_string(text, policy=email.policy.default) for text in mails)
    assert (mail["To"], mail["Subject"]) == ("noc@example.net", "spring: wave 2 is held")
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/html"]
    assert "&lt;script&gt; {{ 1 + 1 }}" in part.get_content()
    assert link in part.get_content()
    assert "notice not sent by no.such.provider.Notifier" in caplog.text


def test_a_campaign_that_names_nobody_still_has_the_log(
    files: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    send_notice("autumn", RUN, "autumn: wave 1 begins", "")
    assert "notice: autumn: wave 1 begins" in caplog.text


def test_the_link_is_left_out_when_nobody_said_where_airflow_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "")
    assert link_to(*RUN) == ""
