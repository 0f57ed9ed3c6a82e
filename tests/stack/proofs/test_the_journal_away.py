"""Proofs about a journal that is away in mid-ISSU, on the real scheduler; then about the stack itself.

Last of all: the stack is stopped and started here.
"""

from __future__ import annotations

import psycopg
import pytest

from tests.stack.proofs.people import People, RunOf
from tests.stack.proofs.proof_stack import AWAY, JOURNAL_VARIABLE, RESTARTED, ProofStack

pytestmark = pytest.mark.stack

AWAY_S = 60.0


@pytest.mark.release
@pytest.mark.begins("away")
def test_13_a_minute_without_the_journal_costs_no_upgrade(
    proofs: ProofStack, people: People, runs: dict[str, RunOf]
) -> None:
    """13. The journal's own server was away for seconds: the waits ended, the branch saw "under way, never",
    and a live ISSU was handed to a person."""
    run = runs["away"]
    people.say(run, "Approve")
    people.until_mid_issu(run)
    proofs.journal_is_away(AWAY_S)
    outcome, reason = people.outcome(run)
    assert outcome == "UPGRADED", reason
    assert len(people.starts(AWAY)) == 1


def test_15_the_triggerer_uses_nothing_of_its_users_own(proofs: ProofStack) -> None:
    """15. The triggerer's SSH ran its user's ``ProxyCommand`` and offered its user's keys."""
    relays = proofs.relays.values()
    assert sum(relay.logins for relay in relays) > 0, "nobody came by a relay"
    assert not proofs.scenery.proxied.exists(), "the user's ProxyCommand was run"
    assert all(relay.offered == [] for relay in relays), "keys of the user's were offered"


@pytest.mark.release
def test_13_the_whole_stack_may_stop_in_mid_issu(proofs: ProofStack, people: People) -> None:
    """13. The same with the journal on the stack's own server: everything is stopped and started again."""
    proofs.stop()
    proofs.start(own_journal=False)
    run = people.upgrade(RESTARTED, approval=False, fail_back=False)
    people.until_mid_issu(run)
    proofs.stop()
    proofs.start(own_journal=False)
    outcome, reason = people.outcome(run)
    assert outcome == "UPGRADED", reason
    assert len(people.starts(RESTARTED)) == 1


@pytest.mark.release  # on the stack's own journal, which the proof before it begins
def test_15_the_journals_role_rewrites_nothing(proofs: ProofStack) -> None:
    """15. In the embedded default the software's role could switch the append-only triggers off."""
    with connect(proofs) as journal, pytest.raises(psycopg.Error):
        journal.execute("ALTER TABLE srx_issu.events DISABLE TRIGGER ALL")


def test_15_the_journals_role_dates_nothing_back(proofs: ProofStack) -> None:
    """15. An approval could be put in with a time of its own."""
    insert = """
        INSERT INTO srx_issu.events (upgrade_id, at, kind, step, text, recorded_at)
        SELECT upgrade_id, now() - interval '1 day', 'approval', 'approval', 'yes', now() - interval '1 day'
        FROM srx_issu.upgrades LIMIT 1 RETURNING now() - recorded_at < interval '1 minute'
    """
    with connect(proofs) as journal:
        try:
            rows = journal.execute(insert).fetchall()
        except psycopg.Error:
            return
        finally:
            journal.rollback()
    assert rows == [(True,)], "an approval of yesterday was put in"


def connect(proofs: ProofStack) -> psycopg.Connection[tuple[object, ...]]:
    """As the software does, and without a trace."""
    return psycopg.connect(proofs.running.environment[JOURNAL_VARIABLE].replace("+psycopg", ""))
