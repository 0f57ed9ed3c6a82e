"""Somebody commits in the middle of an ISSU: people have a message at once, the upgrade goes its way."""

from __future__ import annotations

import pytest

from tests.integration.oneprocess.chat import Chat, chat
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out

__all__ = ["chat"]
pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


def test_people_are_told_before_the_wait_is_over(place: Place, chat: list[tuple[str, bool]]) -> None:
    cluster = place.take_cluster("node0")
    place.lab.inject("somebody_commits", cluster, at="install_secondary", user="bob")
    Chat.run_id = place.trigger(cluster)
    end = carry_out(place, Chat.run_id)
    assert end.is_green, end.reason
    told = [(text, late) for text, late in chat if "bob committed during the ISSU" in text]
    assert [late for _, late in told] == [False]
    assert told[0][0].startswith(f"{cluster}: somebody else is at work during the ISSU")
