"""What a command knows of the stack that runs here without asking it: the operator's files, the journal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from srx_issu import catalog
from srx_issu.stack.processes import running
from srx_issu.stack.processes.home import Home, NotInARepository

JOURNAL_URL = "SRX_ISSU_JOURNAL_URL"
FILES_HELP = "Folder of the operator's files [default: SRX_ISSU_FILES, else the files of the stack here]"

FolderArgument = Annotated[Path | None, typer.Argument(metavar="FOLDER", help=FILES_HELP)]
FilesOption = Annotated[Path | None, typer.Option("--files", help="The same, as the other commands take it")]


def one_folder(argument: Path | None, option: Path | None) -> Path | None:
    """Raises BadParameter where both were given and are not the same."""
    if argument is not None and option is not None and argument != option:
        raise typer.BadParameter(f"two folders were given, {argument} and {option}: give one")
    return option or argument


def operator_files(given: Path | None = None) -> Path:
    """``given``, else SRX_ISSU_FILES, else the files of the stack that runs here, else the shipped ones."""
    named = given or (catalog.files_folder() if os.environ.get(catalog.VARIABLE, "").strip() else None)
    return (named or _files_here() or catalog.files_folder()).expanduser().resolve()


def journal_url() -> str | None:
    """SRX_ISSU_JOURNAL_URL, else the journal of the stack that runs here; None where there is neither."""
    return os.environ.get(JOURNAL_URL) or _running_here().get("journal")


def evidence_folder() -> Path | None:
    """Where the stack that runs here keeps its evidence; None where none does."""
    try:
        home = Home.default()
    except NotInARepository:
        return None
    return home.evidence if running.read(home) else None


def _files_here() -> Path | None:
    files = _running_here().get("files")
    return Path(files) if files else None


def _running_here() -> dict[str, str]:
    """What the stack wrote down at its start; nothing when none runs."""
    try:
        home = Home.default()
    except NotInARepository:
        return {}
    return home.remembered() if running.read(home) else {}
