"""Who is at the cables, where the route that is asked for needs somebody there."""

from __future__ import annotations

import re

from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.routes.route import FACTS
from srx_issu.domain.upgrade.route import Route

_NAME = re.compile(r"[^\x00-\x1f\x7f`*<>]{1,100}")  # it is shown in questions, which are Markdown


def person_on_site(named: str | None, route: Route, cluster: str) -> str | None:
    """None on a route that needs nobody. Raises RequestRefused without a name, or for what is none."""
    name = (named or "").strip()
    if not FACTS[route].needs_person_on_site:
        return None
    if not name:
        raise RequestRefused(
            f"{route.label} needs a person at the cables of {cluster}: name who is on site (on_site; on the "
            "command line --on-site NAME); nothing was started"
        )
    if not _NAME.fullmatch(name):
        raise RequestRefused(f"on_site {name[:100]!r} is not a name: 1–100 printable characters, no markup")
    return name
