"""What an audit works with. Made by the composition root, ``airflow/composition/auditing.py``."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from srx_issu.catalog import Catalog
from srx_issu.checks.runner import Validate, run
from srx_issu.domain.comparison.difference import Observation
from srx_issu.domain.upgrade.intent import Intent
from srx_issu.ports.audit import Audits
from srx_issu.ports.clock import Clock
from srx_issu.ports.journal import Leases


@dataclass(frozen=True, kw_only=True)
class AuditContext:
    """``look`` asks both nodes of an intent's cluster and changes nothing; it is called in threads and may
    raise RequestRefused, when there is no account for the cluster."""

    audit_id: str
    catalog: Catalog
    audits: Audits
    leases: Leases
    look: Callable[[Intent], Observation]
    clock: Clock
    log: logging.Logger
    at_once: int = 4  # clusters of one batch that are looked at at the same time
    validate: Validate = run
