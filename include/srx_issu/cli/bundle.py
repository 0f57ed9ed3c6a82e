"""``srx-issu record`` and ``srx-issu replay``: a probe as a file, and how the software reads one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from srx_issu.cli.device_account import AccountOptions
from srx_issu.cli.probe import ClusterName, Files, Key, KnownHosts, Login, NoJournal, PasswordFile

BundleFile = Annotated[Path, typer.Argument(help="File that 'srx-issu record' wrote")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""

    @app.command()
    def record(  # noqa: PLR0913, PLR0917 (one argument an option of the command)
        cluster: ClusterName,
        output: Annotated[Path, typer.Option(help="File to write, never over another")],
        files: Files = None,
        login: Login = None,
        key: Key = None,
        password_file: PasswordFile = None,
        known_hosts: KnownHosts = None,
        no_journal: NoJournal = False,
    ) -> None:
        """Probe a cluster and keep every answer, without names, addresses and secrets."""
        options = AccountOptions(
            login=login, key_file=key, password_file=password_file, known_hosts=known_hosts
        )
        from srx_issu.cli.bundle_run import write_bundle  # noqa: PLC0415 - PyEZ takes a second to import

        write_bundle(cluster, files, options, output, has_journal=not no_journal)

    @app.command()
    def replay(
        bundle: BundleFile,
        tables: Annotated[bool, typer.Option("--tables", help="Show each row of each table")] = False,
    ) -> None:
        """Show how the software reads a bundle, table by table, without a device. Exit status as of probe."""
        from srx_issu.cli.bundle_run import show_bundle  # noqa: PLC0415 - PyEZ takes a second to import

        show_bundle(bundle, tables=tables)
