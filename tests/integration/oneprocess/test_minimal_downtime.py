"""One node after the other with the links apart, on the real wire: with a person at the cables."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from srx_issu.cli.airflow_replies import PendingApproval
from srx_issu.cli.outcome import Ending, ending
from srx_issu.cli.run_dags import dag_of
from srx_issu.cli.run_ids import new_run_id
from srx_issu.ports.dag_names import MINIMAL_DOWNTIME_DAG
from srx_lab.control import ask
from tests.integration.oneprocess.minimal_downtime_rows import (
    BOOT,
    BOTH_NEW,
    FOR_EVERY_CHANGE,
    ROWS,
    Move,
    Row,
)
from tests.integration.oneprocess.place import PAUSE_S, Place
from tests.integration.oneprocess.rows import marked
from tests.stack.scenarios.referee import ended, status
from tests.stack.scenarios.scenario import KEPT

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own
HEALTHY = Row(name="healthy", outcome="UPGRADED", nodes=BOTH_NEW)
SENT = ("commit", "install_requested", "reboot_ordered", "halt_ordered")


@dataclass(kw_only=True)
class OnSite:
    """Who is asked, and answers each question with the next turn of the row."""

    place: Place
    cluster: str
    row: Row
    asked: Counter[str] = field(default_factory=Counter)

    def says(self, question: PendingApproval) -> str:
        if "Done" not in question.options:
            self.asked["yes"] += 1
            if self.asked["yes"] > 1:  # the first is the start's
                self.make(self.row.asked)
            return "Approve"
        turns = self.row.apart if "links apart" in question.subject else self.row.join
        turn = turns[min(self.asked[question.subject], len(turns) - 1)]
        self.asked[question.subject] += 1
        self.make(turn.moves)
        return turn.says

    @contextmanager
    def somebody_else(self, target: str) -> Iterator[None]:
        """At the cables as well, as soon as the secondary runs ``target``."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(PAUSE_S):
                if self.nodes["node1"]["release"] == target:
                    self.make(self.row.once_upgraded)
                    return

        thread = threading.Thread(target=watch)
        if self.row.once_upgraded:
            thread.start()
        try:
            yield
        finally:
            over.set()
            if self.row.once_upgraded:
                thread.join()

    def make(self, moves: tuple[Move, ...]) -> None:
        for move in moves:
            request = dict(move)
            if move is BOOT:
                halted = [name for name, node in self.nodes.items() if node["power"] == "halted"]
                if not halted:
                    continue
                (request["node"],) = halted
            ask(self.place.lab.state, {"cluster": self.cluster, **request})

    @property
    def nodes(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = status(self.place.lab.state, self.cluster)["nodes"]
        return found


def ask_for(place: Place, cluster: str) -> str:
    run_id, image = new_run_id(cluster), place.scenery.image_for(cluster).path.name
    conf = {"cluster": cluster, "image": image, "on_site": "Ada at the rack"}
    place.api().of(MINIMAL_DOWNTIME_DAG).trigger(run_id, conf)
    return run_id


def carry_out(place: Place, run_id: str, person: OnSite, user: str = "approver") -> Ending:
    runs = dag_of(place.api(user), run_id)
    run = runs.run(run_id)

    def answer() -> bool:
        asked = runs.questions(run_id)
        for question in asked:
            runs.answer(run_id, question.task_id, person.says(question))
        return bool(asked)

    place.scheduler.carry_out(run.dag_id, run_id, answer)
    return ending(runs, runs.run(run_id))


def events(place: Place, cluster: str) -> Iterator[Mapping[str, Any]]:
    with (place.lab.state / "events.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            if f'"cluster": "{cluster}"' in line:
                yield json.loads(line)


def sent_while_heard(place: Place, cluster: str) -> list[Mapping[str, Any]]:
    """What any node was told once two releases had heard each other."""
    told, heard = list[Mapping[str, Any]](), False
    for event in events(place, cluster):
        heard = heard or event["event"] == "mixed_releases_heard"
        if heard and event["event"] in SENT:
            told.append(event)
    return told


def what_to_do(place: Place, cluster: str) -> str:
    """What a person is left with, the lines among it; empty where nobody has to do anything."""
    found = place.scenery.home.evidence.glob(f"*{cluster}*/*what-to-do*")
    return "".join(path.read_text(encoding="utf-8") for path in found)


ALL = (HEALTHY, *ROWS)


@pytest.mark.parametrize("row", marked(ALL, for_every_change=(HEALTHY.name, *FOR_EVERY_CHANGE)))
def test_a_cluster_whose_links_are_taken_apart(row: Row, place: Place) -> None:
    cluster = place.take_cluster("APART")
    person = OnSite(place=place, cluster=cluster, row=row)
    person.make(row.first)
    run_id = ask_for(place, cluster)
    target = place.scenery.image_for(cluster).release
    with person.somebody_else(target):
        end = carry_out(place, run_id, person)
    seen = ended(place, cluster, run_id, end.outcome)
    releases = tuple("new" if node["release"] == target else "old" for node in person.nodes.values())
    assert (seen.outcome, seen.failure, releases) == (row.outcome, row.failure, row.nodes), end.reason
    told = Counter(event["event"] for event in events(place, cluster))
    assert not told["both_active"]
    assert bool(told["mixed_releases_heard"]) is row.hears
    assert sent_while_heard(place, cluster) == []
    assert (seen.lease == KEPT) is (seen.outcome == "NEEDS_OPERATOR")
    assert ("To be taken back on node" in what_to_do(place, cluster)) is (seen.lease == KEPT)
