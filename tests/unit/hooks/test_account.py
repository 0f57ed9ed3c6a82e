"""A connection that somebody edits does not end what is running."""

from __future__ import annotations

import logging

import pytest

from srx_issu.devices.credentials import Credentials
from srx_issu.domain.errors import LeaseHeld, RequestRefused
from srx_issu.hooks.account import SAY_EVERY_S, wait_for_account

ACCOUNT = Credentials(username="issu", known_hosts="x")


class Connections:
    """Refuses so many times, then answers."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.slept_s = 0.0

    def read(self, connection_id: str) -> Credentials:
        if self.refusals:
            self.refusals -= 1
            raise RequestRefused(f"connection {connection_id}: no user name (Login)")
        return ACCOUNT

    def sleep(self, seconds: float) -> None:
        self.slept_s += seconds


def test_a_connection_that_is_gone_is_waited_for_and_said_once_a_minute(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = Connections(refusals=13)
    kept: list[float] = []
    with caplog.at_level(logging.WARNING):
        account = wait_for_account(
            "fw-1", "srx_ber", read=found.read, sleep=found.sleep, keep=lambda: kept.append(found.slept_s)
        )
    assert account == ACCOUNT
    assert found.slept_s == 130.0
    assert len(kept) == 13  # the lease is kept meanwhile
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1 + int(found.slept_s // SAY_EVERY_S)
    assert "fw-1: connection srx_ber: no user name (Login)" in told[0]


def test_who_loses_the_cluster_meanwhile_waits_no_longer() -> None:
    found = Connections(refusals=1)

    def lost() -> None:
        raise LeaseHeld("fw-1 is held by another")

    with pytest.raises(LeaseHeld):
        wait_for_account("fw-1", "srx_ber", read=found.read, sleep=found.sleep, keep=lost)
