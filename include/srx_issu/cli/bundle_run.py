"""Writing a bundle, and showing one."""

from __future__ import annotations

from pathlib import Path

import typer

from srx_issu.cli.device_account import AccountOptions
from srx_issu.cli.outcome import EXIT_RED
from srx_issu.cli.probe_run import console, probe_once, refusals
from srx_issu.cli.probe_tables import answers_table, show_report, show_values
from srx_issu.domain.errors import RequestRefused
from srx_issu.domain.plural import many
from srx_issu.probe.bundle import bundle_of, read_bundle, written
from srx_issu.probe.probing import make_report
from srx_issu.probe.scrub import Pseudonyms
from srx_issu.probe.version import made_by


def write_bundle(
    cluster: str, files: Path | None, options: AccountOptions, output: Path, *, has_journal: bool
) -> None:
    """Exit status 2 where nothing could be asked, or the file is there already."""
    with refusals():
        if output.exists():
            raise RequestRefused(f"{output} is there already; nothing was asked: name another file")
        request, probed = probe_once(cluster, files, options, has_journal=has_journal)
        text = written(bundle_of(probed, request, made_by(), Pseudonyms()))
        try:
            with output.open("x", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            raise RequestRefused(f"{output} cannot be written: {error}") from error
    console.print(
        f"{output}: {many(len(probed.exchanges), 'answer')}, {len(text) // 1024} kB. Before you hand it on, "
        "look for what must not be in it (docs/probe.md, 'What is scrubbed, and what is not')",
        highlight=False,
        soft_wrap=True,
    )


def show_bundle(file: Path, *, tables: bool) -> None:
    """Exit status 1 where there is a list, 2 where the file is no bundle."""
    with refusals():
        bundle = read_bundle(file)
    report = make_report(bundle.basis, "bundle", bundle.exchanges, bundle.tried)
    console.print(f"{bundle.model}, recorded {bundle.began_at:%Y-%m-%d %H:%M} UTC by {bundle.made_by}")
    console.print(answers_table(report.readings))
    if tables:
        show_values(console, report.readings)
    show_report(console, report)
    if not report.is_ready:
        raise typer.Exit(EXIT_RED)
