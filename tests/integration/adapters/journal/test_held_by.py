"""Everything one owner holds."""

from __future__ import annotations

from dataclasses import replace

from srx_issu.adapters.journal import JournalQueries, SqlJournal, SqlLeases
from srx_issu.domain.outcome import Outcome
from tests.integration.adapters.journal.samples import NOON, make_intent


def test_lists_one_owners_leases_by_resource(leases: SqlLeases) -> None:
    for resource, owner in (("site:x#1", "one"), ("cluster:x", "one"), ("cluster:y", "two")):
        leases.take(resource, owner, 60)
    assert [lease.resource for lease in leases.held_by("one")] == ["cluster:x", "site:x#1"]
    assert leases.held_by("nobody") == ()


def test_open_upgrades_that_hold_their_cluster_are_found(
    opened: SqlJournal, leases: SqlLeases, ledger: JournalQueries
) -> None:
    for name in "bc":
        cluster = replace(make_intent().cluster, name=name)
        opened.open_upgrade(replace(make_intent(f"wave1__{name}"), cluster=cluster), NOON)
    assert ledger.held_open() == ()
    leases.take("cluster:fw-a", "wave1__fw-a", 60)
    leases.take("conflict:core", "wave1__fw-a", 60)
    leases.take("cluster:b", "wave1__b", 60)
    leases.take("conflict:dmz", "wave1__c", 60)
    opened.close_upgrade("wave1__b", Outcome.NEEDS_OPERATOR, "node1 does not answer", NOON)
    assert [record.upgrade_id for record in ledger.held_open()] == ["wave1__fw-a"]
