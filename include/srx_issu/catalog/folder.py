"""Where the operator's files are: one folder with inventory/, images/, campaigns/ and policy/.

A folder without a policy file takes the one shipped with the software, so that a fleet can be described
by its inventory and images alone.
"""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from srx_issu.domain.errors import FileFault

VARIABLE = "SRX_ISSU_FILES"
SHIPPED = Path(__file__).resolve().parents[2]  # the repository's include/
POLICY_FILES = (
    "limits.yaml",
    "support.yaml",
    "checks.yaml",
    "failures.yaml",
    "concurrency.yaml",
    "approvals.yaml",
    "releases.yaml",
    "known-problems.yaml",
    "routes.yaml",
)
_ENDINGS, TABLE = (".yaml", ".yml"), ".csv"


def files_folder() -> Path:
    """The folder named by SRX_ISSU_FILES, or the one shipped with the software."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named).expanduser() if named else SHIPPED


@dataclass(frozen=True, kw_only=True)
class FoundFiles:
    """The files of a folder, by what they are for."""

    inventory: tuple[Path, ...]
    images: tuple[Path, ...]
    limits: Path
    support: Path
    checks: Path
    concurrency: Path
    approvals: Path
    releases: Path
    known_problems: Path
    routes: Path
    campaigns: tuple[Path, ...] = ()  # none is no fault
    failures: Path
    faults: tuple[FileFault, ...] = ()


def find_files(files: Path) -> FoundFiles:
    """Looks for the files; never raises. Paths are absolute, whatever ``files`` is."""
    files = files.expanduser().absolute()
    inventory, inventory_fault = _found(files / "inventory", "the clusters", (*_ENDINGS, TABLE))
    images, images_fault = _found(files / "images", "the image catalogue", _ENDINGS)
    return FoundFiles(
        inventory=inventory,
        images=images,
        limits=_or_shipped(files, "limits.yaml"),
        support=_or_shipped(files, "support.yaml"),
        checks=_or_shipped(files, "checks.yaml"),
        concurrency=_or_shipped(files, "concurrency.yaml"),
        approvals=_or_shipped(files, "approvals.yaml"),
        releases=_or_shipped(files, "releases.yaml"),
        known_problems=_or_shipped(files, "known-problems.yaml"),
        routes=_or_shipped(files, "routes.yaml"),
        campaigns=_campaigns(files / "campaigns"),
        failures=_or_shipped(files, "failures.yaml"),
        faults=(*inventory_fault, *images_fault, *_misnamed(files / "policy")),
    )


def _found(
    folder: Path, what: str, endings: tuple[str, ...]
) -> tuple[tuple[Path, ...], tuple[FileFault, ...]]:
    remedy = f"put {what} there, or set {VARIABLE} to the folder that has them"
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix in endings and not p.name.startswith("."))
    except OSError as reason:
        fault = f"cannot be read: {reason.strerror or reason}"
        return (), (FileFault(file=str(folder), line=0, found=fault, remedy=remedy),)
    if not found:
        return (), (FileFault(file=str(folder), line=0, found="has no .yaml file", remedy=remedy),)
    return tuple(found), ()


def _campaigns(folder: Path) -> tuple[Path, ...]:
    """A folder that is not there has no campaigns; one that cannot be read shows as a fault of its files."""
    try:
        found = (path for path in folder.iterdir() if path.suffix in _ENDINGS)
        return tuple(sorted(path for path in found if not path.name.startswith(".")))
    except OSError:
        return ()


def _or_shipped(files: Path, name: str) -> Path:
    """The operator's own file wherever there is one, readable or not: never another one's in its place."""
    own = files / "policy" / name
    try:
        own.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return SHIPPED / "policy" / name
    except OSError:
        return own
    return own


def _misnamed(folder: Path) -> tuple[FileFault, ...]:
    """Files that nearly have a policy file's name: the operator believes that they hold."""
    try:
        names = sorted(path.name for path in folder.iterdir() if path.suffix in _ENDINGS)
    except OSError:
        return ()
    faults = []
    for name in names:
        meant = difflib.get_close_matches(name, POLICY_FILES, n=1, cutoff=0.8)
        if meant and name not in POLICY_FILES:
            found = "is not read"
            faults.append(
                FileFault(file=str(folder / name), line=0, found=found, remedy=f"call it {meant[0]}")
            )
    return tuple(faults)
