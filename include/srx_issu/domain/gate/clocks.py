"""Do two clocks agree well enough to begin something by the time of day?"""

from __future__ import annotations

from datetime import datetime

CLOCKS_AGREE_S = 5.0


def clock_doubt(own: datetime, database: datetime) -> str | None:
    """Why the clocks are in doubt; None = they agree. Both aware."""
    ahead_s = (own - database).total_seconds()
    if abs(ahead_s) <= CLOCKS_AGREE_S:
        return None
    side = "ahead of" if ahead_s > 0 else "behind"
    return (
        f"this machine's clock is {abs(ahead_s):.0f} s {side} the database's, at most {CLOCKS_AGREE_S:.0f} s "
        "are allowed; correct it (NTP)"
    )
