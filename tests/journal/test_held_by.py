"""Everything one owner holds."""

from __future__ import annotations

from srx_issu.journal import SqlLeases


def test_lists_one_owners_leases_by_resource(leases: SqlLeases) -> None:
    for resource, owner in (("site:x#1", "one"), ("cluster:x", "one"), ("cluster:y", "two")):
        leases.take(resource, owner, 60)
    assert [lease.resource for lease in leases.held_by("one")] == ["cluster:x", "site:x#1"]
    assert leases.held_by("nobody") == ()
