"""Which clusters are being upgraded: what the journal says, for whoever is about to end a stack."""

from __future__ import annotations

from srx_issu.adapters.journal import JournalQueries
from srx_issu.domain.errors import JournalError


def upgrades_in_flight(journal_url: str) -> tuple[str, ...] | None:
    """``cluster (upgrade)`` for each that is open and holds its cluster; None: the journal does not tell."""
    try:
        held = JournalQueries(journal_url).held_open()
    except JournalError:
        return None
    return tuple(f"{each.cluster} ({each.upgrade_id})" for each in held)
