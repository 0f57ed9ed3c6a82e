"""``srx-issu audit``: whether the journal is as it was written, from its database or from an export.

Asks PostgreSQL, not Airflow: who runs Airflow is among those whose doings are verified.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from srx_issu.adapters.journal import (
    Head,
    Signer,
    SqlChain,
    Verification,
    Verifier,
    export_lines,
    read_export,
    read_signer,
    read_verifier,
    verify_links,
    verify_stored,
)
from srx_issu.cli.outcome import EXIT_NOT_DONE, EXIT_RED
from srx_issu.cli.stack_here import JOURNAL_URL
from srx_issu.cli.terminal import Terminal
from srx_issu.domain.errors import JournalError
from srx_issu.domain.plural import many
from srx_issu.stack.processes.home import Home, NotInARepository

KEY_FILE = "SRX_ISSU_JOURNAL_KEY_FILE"
app = typer.Typer(help="Prove that the journal was not changed.", no_args_is_help=True)
console = Terminal()
errors = Terminal(stderr=True)


def register(commands: typer.Typer) -> None:
    commands.add_typer(app, name="audit")


@app.command()
def verify(
    upgrade: Annotated[str | None, typer.Argument(help="Run id [default: every upgrade]")] = None,
    head: Annotated[
        list[str] | None, typer.Option(help="POSITION:HASH as a report or an export printed it")
    ] = None,
    file: Annotated[Path | None, typer.Option(help="An export, instead of the database")] = None,
    key: Annotated[
        Path | None, typer.Option(help=f"The journal's key or its public half [env {KEY_FILE}]")
    ] = None,
) -> None:
    """Check chain, end, signatures and that every command had its conditions. Exit status 1 = a fault."""
    with _refusals():
        heads = tuple(Head.parse(text) for text in head or ())
        if heads and upgrade is None and file is None:
            raise JournalError("--head is of one upgrade: name it")
        verifier = _verifier(key)
        found = [_of_file(file, verifier, heads)] if file else _of_database(upgrade, verifier, heads)
        whole = [_tell(each) for each in found]
    if not all(whole):
        errors.print(f"{whole.count(False)} of {len(whole)} not whole", highlight=False)
        raise typer.Exit(EXIT_RED)


@app.command()
def export(
    upgrade: Annotated[str, typer.Argument(help="Run id, see 'status'")],
    output: Annotated[
        Path | None, typer.Option(help="File to write, never over another [default: shown]")
    ] = None,
) -> None:
    """One upgrade's journal as JSON Lines with chain and signed head, for storage that is written once."""
    with _refusals():
        lines = "".join(
            f"{line}\n" for line in export_lines(SqlChain(journal_url()).stored(upgrade), _signer())
        )
        if output is None:
            sys.stdout.write(lines)
            return
        try:
            with output.open("x", encoding="utf-8") as file:
                file.write(lines)
        except OSError as error:
            raise JournalError(f"{output} cannot be written: {error}") from error
        _print(f"{output}: {many(lines.count(chr(10)) - 2, 'row')} of {upgrade}")


def _of_database(
    upgrade: str | None, verifier: Verifier | None, heads: tuple[Head, ...]
) -> list[Verification]:
    chain = SqlChain(journal_url())
    known = chain.upgrade_ids()
    if upgrade is not None and upgrade not in known:
        raise JournalError(f"upgrade {upgrade} is not in the journal; 'srx-issu status' lists runs")
    return [verify_stored(chain.stored(each), verifier, heads) for each in ([upgrade] if upgrade else known)]


def _of_file(file: Path, verifier: Verifier | None, heads: tuple[Head, ...]) -> Verification:
    try:
        kept = read_export(file.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise JournalError(f"{file} cannot be read: {error}") from error
    except JournalError as error:
        raise JournalError(f"{file}: {error}") from error
    if verifier is None and kept.verifier is not None:
        verifier = kept.verifier
        _print(f"key {verifier.key_id} is the one that the file names itself; compare it, or give --key")
    return verify_links(kept.upgrade_id, kept.links, verifier, (kept.head, *heads), kept.signature)


def _tell(found: Verification) -> bool:
    state = "whole" if found.is_whole else f"NOT WHOLE, {many(len(found.faults), 'fault')}"
    _print(f"{found.upgrade_id}: {state}; head {found.head or 'none'}")
    for fault in found.faults:
        _print(f"  {fault}")
    for note in found.notes:
        _print(f"  note: {note}")
    return found.is_whole


def journal_url() -> str:
    """Set, or that of the embedded stack of this checkout."""
    url = os.environ.get(JOURNAL_URL) or _embedded(lambda home: home.remembered().get("journal"))
    if not url:
        raise JournalError(f"which journal? Set {JOURNAL_URL}, or start the embedded stack with 'make up'")
    return url


def _key_file() -> Path | None:
    if named := os.environ.get(KEY_FILE):
        return Path(named)
    file = _embedded(lambda home: str(home.journal_key_file))
    return Path(file) if file and not os.environ.get(JOURNAL_URL) and Path(file).exists() else None


def _verifier(key: Path | None) -> Verifier | None:
    file = key or _key_file()
    return read_verifier(file) if file else None


def _signer() -> Signer | None:
    file = _key_file()
    return read_signer(file) if file else None


def _embedded(ask: Callable[[Home], str | None]) -> str | None:
    try:
        return ask(Home.default())
    except NotInARepository:
        return None


@contextmanager
def _refusals() -> Iterator[None]:
    """Failures become one sentence and exit status 2: nothing is said about the journal then."""
    try:
        yield
    except JournalError as error:
        errors.print(str(error), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_NOT_DONE) from None


def _print(text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
