"""Which component hangs, told from Airflow's own words: never one that is only late."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from srx_issu.stack.processes.hanging import LONGEST_PATIENCE_S, PATIENCE_S, Hanging, HangWatch
from srx_issu.stack.processes.health import COMPONENTS, Health

EVERY_S = 30.0
OLD = 10_000.0


def health(beat: str = "10:00", **words: str) -> Health:
    said = {**dict.fromkeys(COMPONENTS, "healthy"), **words}
    return Health(words=said, beats=dict.fromkeys(COMPONENTS, beat))


@dataclass
class Looks:
    """A watch, and a clock that goes on by 30 s a look."""

    watch: HangWatch = field(default_factory=HangWatch)
    at: float = 0.0
    ages: dict[str, float] = field(default_factory=dict)

    def look(self, said: Health | None, times: int = 1) -> list[Hanging]:
        found: list[Hanging] = []
        for _ in range(times):
            self.at += EVERY_S
            found += self.watch.look(self.at, said, lambda name: self.ages.get(name, OLD))
        return found


def looks_for(seconds: float) -> int:
    return int(seconds // EVERY_S)


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [("scheduler", "scheduler"), ("triggerer", "triggerer"), ("dag_processor", "dag-processor")],
)
def test_one_whose_heart_stands_still_for_minutes_hangs(theirs: str, ours: str) -> None:
    looks = Looks()
    assert looks.look(health(**{theirs: "unhealthy"}), looks_for(PATIENCE_S)) == []
    (hanging,) = looks.look(health(**{theirs: "unhealthy"}), 2)
    assert hanging.name == ours
    assert "its last heartbeat is of 10:00" in hanging.reason


def test_one_that_beats_late_but_beats_is_left_alone() -> None:
    looks = Looks()
    for number in range(100):
        assert looks.look(health(f"beat {number}", triggerer="unhealthy"), 5) == []


def test_one_that_came_back_starts_counting_anew() -> None:
    looks = Looks()
    looks.look(health(triggerer="unhealthy"), looks_for(PATIENCE_S))
    looks.look(health(triggerer="healthy"))
    assert looks.look(health(triggerer="unhealthy"), looks_for(PATIENCE_S)) == []


def test_a_silent_api_server_is_the_one_that_hangs_and_says_nothing_of_the_others() -> None:
    looks = Looks()
    looks.look(health(triggerer="unhealthy"), looks_for(PATIENCE_S))
    (hanging,) = looks.look(None, looks_for(PATIENCE_S) + 1)
    assert hanging.name == "api-server"


def test_an_api_server_that_answers_now_and_then_is_left_alone() -> None:
    looks = Looks()
    for _ in range(20):
        assert looks.look(None, looks_for(PATIENCE_S) - 1) == []
        looks.look(health())


def test_a_database_that_is_away_is_named_and_makes_no_component_hang() -> None:
    looks = Looks()
    away = health(metadatabase="unhealthy", scheduler="unhealthy", triggerer="unhealthy")
    found = looks.look(away, 2 * looks_for(PATIENCE_S))
    assert {each.name for each in found} == {"postgres"}


def test_a_process_that_is_new_gets_the_whole_time() -> None:
    looks = Looks(ages={"triggerer": 20.0})
    assert looks.look(health(triggerer="unhealthy"), 100) == []


def test_a_machine_that_was_suspended_for_an_hour_has_nothing_that_hangs() -> None:
    looks = Looks()
    looks.look(health(triggerer="unhealthy"), 2)
    looks.at += 3600
    assert looks.look(health(triggerer="unhealthy")) == []


def test_each_restart_that_did_not_help_doubles_the_patience() -> None:
    looks = Looks()
    restarts = [0.0]
    while len(restarts) < 8:
        if looks.look(health(scheduler="unhealthy")):
            restarts.append(looks.at)
    pauses = [after - before for before, after in pairwise(restarts)]
    assert [pause // PATIENCE_S for pause in pauses[:4]] == [1, 2, 4, 8]
    assert pauses[-1] <= LONGEST_PATIENCE_S + EVERY_S


def test_of_a_service_with_several_processes_none_is_known_to_hang() -> None:
    """Airflow tells of the production layout's two schedulers as of one; ``scheduler`` is neither's name."""
    looks = Looks(ages={"scheduler": 0.0})
    assert looks.look(health(scheduler="unhealthy"), 3 * looks_for(PATIENCE_S)) == []
