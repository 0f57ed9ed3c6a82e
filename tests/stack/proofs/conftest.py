"""One stack for all proofs; every run that ends at a gate is asked for at the beginning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.stack.proofs.people import People, RunOf
from tests.stack.proofs.proof_stack import (
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
from tests.tiers import begun

PLAIN = (
    "taken back", "forged", "not ready", "recovered", "inventory", "typo",
    "swept first", "swept by the requester", "swept by the approver",
)  # fmt: skip
RESERVED_FOR = {
    "unanswered": UNANSWERED, "own yes": STRICT[0], "late": LATE,
    "lost": LOST, "leased": LEASED, "away": AWAY,
}  # fmt: skip
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
def runs(proofs: ProofStack, people: People, request: pytest.FixtureRequest) -> dict[str, RunOf]:
    """Each comes to a question by itself; what has to be answered first is asked for first."""
    opens = (datetime.now(UTC) + timedelta(seconds=OPENS_IN_S)).isoformat()
    wanted = begun(request.session.items, request.node.nodeid)
    clusters = {name: proofs.take_cluster() for name in PLAIN if name in wanted}
    clusters |= {name: cluster for name, cluster in RESERVED_FOR.items() if name in wanted}
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
        if name in wanted and (run := people.try_upgrade(cluster, approval=False, **conf)):
            runs[name] = run
    return {**runs, **{name: people.campaign(name) for name in CAMPAIGNS if name in wanted}}
