"""The session of a start by RPC is kept until its node goes down, and closed then."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from srx_issu.airflow.triggers.start import StartTrigger
from srx_issu.airflow.watching.watcher import Watcher, watcher

LOOK_S = 0.01


@dataclass
class Session:
    is_needed: bool = True
    closed: int = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "KEPT_LOOK_S", LOOK_S)


def keep(session: Session, *, limit_s: float = 60.0, until_down_s: float | None = None) -> None:
    async def go() -> None:
        Watcher().keep_until_down(session, limit_s)
        await asyncio.sleep(5 * LOOK_S)
        if until_down_s is not None:
            assert session.closed == 0
            session.is_needed = False
            await asyncio.sleep(until_down_s)
            assert session.closed == 1

    asyncio.run(go())


def test_it_is_closed_when_its_node_has_ended_it() -> None:
    keep(session := Session(), until_down_s=10 * LOOK_S)
    assert session.closed == 1


def test_one_that_holds_nothing_is_closed_at_once() -> None:
    keep(session := Session(is_needed=False))
    assert session.closed == 1


def test_it_is_not_kept_for_ever() -> None:
    keep(session := Session(), limit_s=LOOK_S)
    assert session.closed == 1


def test_it_ends_with_its_loop() -> None:
    keep(session := Session())
    assert session.closed == 1


def test_its_trigger_goes_through_the_database_and_back() -> None:
    made = StartTrigger("manual__1", "issu.start", "issu_cluster")
    path, given = made.serialize()
    assert path == "srx_issu.airflow.triggers.start.StartTrigger"
    assert StartTrigger(**given).serialize() == (path, given)
