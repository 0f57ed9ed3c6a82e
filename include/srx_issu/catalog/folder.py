"""Where the operator's files are: one folder with inventory/, images/ and policy/.

A folder without a policy file takes the one shipped with the software, so that a fleet can be described
by its inventory and images alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from srx_issu.domain.errors import FileFault

VARIABLE = "SRX_ISSU_FILES"
SHIPPED = Path(__file__).resolve().parents[2]  # the repository's include/
_ENDINGS = (".yaml", ".yml")


def files_folder() -> Path:
    """The folder named by SRX_ISSU_FILES, or the one shipped with the software."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named).expanduser() if named else SHIPPED


@dataclass(frozen=True, kw_only=True)
class Found:
    """The files of a folder, by what they are for."""

    inventory: tuple[Path, ...]
    images: tuple[Path, ...]
    limits: Path
    support: Path
    faults: tuple[FileFault, ...] = ()


def find_files(files: Path) -> Found:
    """Looks for the files; never raises. Paths are absolute, whatever ``files`` is."""
    files = files.expanduser().absolute()
    inventory, inventory_fault = _yaml_files(files / "inventory", "the clusters")
    images, images_fault = _yaml_files(files / "images", "the image catalogue")
    return Found(
        inventory=inventory,
        images=images,
        limits=_or_shipped(files, "limits.yaml"),
        support=_or_shipped(files, "support.yaml"),
        faults=(*inventory_fault, *images_fault),
    )


def _yaml_files(folder: Path, what: str) -> tuple[tuple[Path, ...], tuple[FileFault, ...]]:
    remedy = f"put {what} there, or set {VARIABLE} to the folder that has them"
    try:
        found = sorted(p for p in folder.iterdir() if p.suffix in _ENDINGS and not p.name.startswith("."))
    except OSError as reason:
        words = f"cannot be read: {reason.strerror or reason}"
        return (), (FileFault(file=str(folder), line=0, found=words, remedy=remedy),)
    if not found:
        return (), (FileFault(file=str(folder), line=0, found="has no .yaml file", remedy=remedy),)
    return tuple(found), ()


def _or_shipped(files: Path, name: str) -> Path:
    own = files / "policy" / name
    return own if own.exists() else SHIPPED / "policy" / name
