"""One stack for all proofs; every run that ends at a gate is asked for at the beginning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.proofs.people import People, RunOf
from tests.proofs.proof_stack import (
    AWAY,
    CAMPAIGNS,
    HOSTILE,
    LATE,
    LEASED,
    LOST,
    STRICT,
    UNANSWERED,
    ProofStack,
    proof_stack,
)

SWEPT = ("first", "by the requester", "by the approver")
OPENS_IN_S = 270.0  # the window of the run whose yes is taken back


@pytest.fixture(scope="package")
def proofs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProofStack]:
    """About 25 s to start."""
    with proof_stack(tmp_path_factory.mktemp("proofs")) as running:
        yield running


@pytest.fixture(scope="package")
def people(proofs: ProofStack) -> People:
    """What they do over REST, and what the lab and the journal say of it."""
    return People(proofs=proofs)


@pytest.fixture(scope="package")
def runs(proofs: ProofStack, people: People) -> dict[str, RunOf]:
    """Each comes to a question by itself; what has to be answered first is asked for first."""
    opens = (datetime.now(UTC) + timedelta(seconds=OPENS_IN_S)).isoformat()
    plain = ("taken back", "forged", "not ready", "recovered", "inventory", "typo")
    clusters = {name: proofs.take_cluster() for name in plain}
    clusters |= {f"swept {by}": proofs.take_cluster() for by in SWEPT}
    clusters |= {"unanswered": UNANSWERED, "own yes": STRICT[0], "late": LATE, "lost": LOST}
    clusters["leased"] = LEASED
    clusters["away"] = AWAY
    more: dict[str, dict[str, Any]] = {"taken back": {"window_start": opens}, "away": {"fail_back": False}}
    runs = {name: people.upgrade(each, **more.get(name, {})) for name, each in clusters.items()}
    hostile = proofs.take_cluster()
    proofs.lab.inject("major_alarm", hostile, text=HOSTILE)
    unasked = {
        "unknown key": (proofs.take_cluster(), {"plan_olny": True}),
        "less": (STRICT[1], {}),
        "hostile": (hostile, {"plan_only": True}),
    }
    for name, (cluster, conf) in unasked.items():
        if run := people.try_upgrade(cluster, approval=False, **conf):
            runs[name] = run
    return {**runs, **{name: people.campaign(name) for name in CAMPAIGNS}}
