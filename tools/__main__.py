"""``python -m tools``, which is 'make pages': writes all of them. A test for each says when that is due."""

from __future__ import annotations

from tools import failure_page, fault_table, route_golden, route_page, runbook, schemas

for each in (schemas, runbook, fault_table, failure_page, route_page, route_golden):
    each.main()
