"""``python -m tools.dead_code``: functions, classes and methods that nothing in the product calls.

Who calls what is listed here instead is the reason. Fields of records are not asked about: the journal, the
evidence and the templates read them by name.
"""

from __future__ import annotations

import sys
from typing import Final

from vulture import Vulture

PATHS: Final = ("include", "dags", "plugins", "tools")
FIELDS: Final = frozenset({"attribute", "variable"})

CALLED_BY: Final = {
    "alembic": ("downgrade",),
    "Airflow, which loads or asks it by its name": (
        "QuietTrigger", "ResumingLocalExecutor", "SrxIssuPlugin", "WindowTrigger", "provider_info",
        "slots_available",
    ),
    "asyncssh": (
        "auth_completed", "begin_auth", "connection_lost", "connection_made", "get_kbdint_challenge",
        "kbdint_auth_supported", "map_path",
        "password_auth_supported", "public_key_auth_supported", "session_requested",
        "validate_kbdint_response", "validate_password", "validate_public_key",
    ),
    "FastAPI": ("clusters_unattended",),
    "junos-eznc and ncclient": ("_auth", "get_xml_parser", "lookup", "transform_reply"),
    "Python, for an operator": ("__call__", "__truediv__"),
    "a template of the report or the console": ("duration_s",),
    "typer": (
        "approve", "list_runs", "login_options", "probe_cluster", "reject", "replay", "resume_all",
        "show_routes", "stop_all",
    ),
    "the page docs/junos-account.md, which is made from it": ("configuration_before_18_1", "traces"),
    "the bench, by its name": ("beyond_device_s",),
    "tests: the rule in Python that the journal has in SQL": ("is_about",),
    "tests: what the simulator wrote down of copies": ("uploads",),
}  # fmt: skip


def unused() -> list[str]:
    """``file:line: kind 'name'`` of each that nobody calls and the list does not explain."""
    found = Vulture()
    found.scavenge(PATHS)
    known = {name for names in CALLED_BY.values() for name in names}
    return [
        f"{item.filename}:{item.first_lineno}: {item.typ} {item.name!r}"
        for item in found.get_unused_code(min_confidence=60)
        if item.typ not in FIELDS and item.name not in known
    ]


if __name__ == "__main__":
    lines = unused()
    for line in lines:
        print(f"{line}: nothing calls it; delete it, or say in tools/dead_code.py who does")
    sys.exit(bool(lines))
