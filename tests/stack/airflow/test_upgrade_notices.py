"""Of somebody else at work people are told at once; a notifier that hangs or fails costs the wait nothing."""

from __future__ import annotations

import asyncio
import socket
from dataclasses import replace

import pytest

from srx_issu.airflow.composition import upgrade_notices
from srx_issu.airflow.composition.upgrade_notices import tell_of_upgrade
from srx_issu.domain.upgrade.intent import Intent, NotifierRule
from tests.fakes.intents import POLICY, intent
from tests.stack.airflow.test_notices import chats, mails

__all__ = ["chats", "mails"]  # fixtures

SLACK = "airflow.providers.slack.notifications.slack_webhook.SlackWebhookNotifier"
MAIL = NotifierRule(
    notifier="airflow.providers.smtp.notifications.smtp.SmtpNotifier",
    message="html_content",
    subject="subject",
    arguments={"to": "noc@example.net", "smtp_conn_id": "mail"},
)
CHAT = NotifierRule(notifier=SLACK, arguments={"slack_webhook_conn_id": "chat"})
BROKEN = NotifierRule(notifier="no.such.provider.Notifier")
TITLE, TEXT = "fw-1: somebody else is at work", "node0: bob is in configure mode"


def told_by(*notify: NotifierRule) -> Intent:
    return intent(policy=replace(POLICY, notify=notify))


async def until_sent() -> None:
    while upgrade_notices._sending:
        await asyncio.gather(*upgrade_notices._sending)


def test_mail_and_chat_are_told_with_a_link_and_a_broken_one_hinders_nobody(
    mails: list[str], chats: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://airflow.example.net")

    async def tell() -> None:
        tell_of_upgrade(told_by(BROKEN, MAIL, CHAT), TITLE, TEXT)
        assert chats == [], "it has not waited"
        await until_sent()

    asyncio.run(tell())
    link = f"https://airflow.example.net/dags/issu_cluster/runs/{intent().upgrade_id}"
    assert chats == [f"{TITLE}\n\n{TEXT}\n\n{link}"]
    assert len(mails) == 1
    assert "notice not sent by no.such.provider.Notifier" in caplog.text


def test_one_that_hangs_is_given_up_and_only_so_many_hang(
    chats: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that takes the connection and says nothing."""
    monkeypatch.setattr(upgrade_notices, "WITHIN_S", 0.05)
    monkeypatch.setattr(upgrade_notices, "MOST_AT_ONCE", 1)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        extra = '{"disable_ssl": true, "disable_tls": true, "from_email": "a@example.net", "timeout": 600}'
        told = f'{{"conn_type": "smtp", "host": "127.0.0.1", "port": {port}, "extra": {extra}}}'
        monkeypatch.setenv("AIRFLOW_CONN_MAIL", told)

        async def tell() -> None:
            tell_of_upgrade(told_by(MAIL), TITLE, TEXT)
            await until_sent()
            tell_of_upgrade(told_by(CHAT), TITLE, TEXT)
            await until_sent()

        asyncio.run(tell())
        hanging = set(upgrade_notices._threads)
        assert len(hanging) == 1
        assert all(thread.daemon for thread in hanging)
        assert "notice not sent within 0 s" in caplog.text
        assert f"notice not sent by {SLACK}: 1 others hang" in caplog.text
        assert chats == []
        while deaf.fileno() >= 0 and not hanging.isdisjoint(upgrade_notices._threads):
            connection, _ = deaf.accept()
            connection.close()  # it is let go
            for thread in hanging:
                thread.join(1)
