"""The ISSU's command asks a question that policy lists: it is answered once, and the upgrade goes on."""

from __future__ import annotations

import pytest
import yaml

from srx_issu.adapters.journal import SqlJournal
from srx_issu.domain.history.command_events import CommandSent, Sending
from tests.integration.oneprocess.place import Place
from tests.integration.oneprocess.playing import carry_out
from tests.stack.scenarios.orders import UPGRADE
from tests.stack.scenarios.referee import ended

pytestmark = pytest.mark.filterwarnings("default")  # Airflow's own


def test_a_question_that_policy_lists_is_answered_and_the_upgrade_goes_on(place: Place) -> None:
    cluster = place.take_cluster("node0")
    place.lab.inject("issu_asks", cluster)
    limits = place.scenery.home.root / "files" / "policy" / "limits.yaml"
    policy = yaml.safe_load(limits.read_text())
    listed = {"answered_prompts": ["Do you want to continue with these actions being taken"]}
    limits.write_text(yaml.safe_dump({**policy, "clusters": {cluster: listed}}, sort_keys=False))
    run_id = place.trigger(cluster)
    end = carry_out(place, run_id)
    assert (str(end.outcome), end.is_green) == ("UPGRADED", True), end.reason
    assert ended(place, cluster, run_id, None).sent == UPGRADE
    answers = [e for e in place.lab.events() if e["event"] == "question_answered" and e["cluster"] == cluster]
    assert [each["answer"] for each in answers] == ["yes"]
    entries = SqlJournal(place.environment["SRX_ISSU_JOURNAL_URL"]).entries(run_id)
    sent = [e for e in entries if isinstance(e.event, CommandSent) and e.event.sending is Sending.ANSWER]
    assert len(sent) == 1
