"""``srx-issu probe``: days ahead of the window, from this machine, whether a cluster is understood.

The work is in ``probe_run``, which is imported when it is asked for: PyEZ takes a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from srx_issu.cli.device_account import AccountOptions
from srx_issu.cli.names import complete_cluster
from srx_issu.cli.stack_here import FILES_HELP

ClusterName = Annotated[
    str, typer.Argument(help="Name of the cluster in the inventory", autocompletion=complete_cluster)
]
Files = Annotated[Path | None, typer.Option(help=FILES_HELP)]
Login = Annotated[str | None, typer.Option(help="User on the nodes [default: that of the connection]")]
Key = Annotated[Path | None, typer.Option(help="File with the user's private key")]
PasswordFile = Annotated[Path | None, typer.Option(help="File with the user's password on the nodes")]
KnownHosts = Annotated[Path | None, typer.Option(help="File with the nodes' host keys")]
NoJournal = Annotated[
    bool, typer.Option("--no-journal", help="There is no journal yet: nothing was ever upgraded from here")
]


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command("probe")
    def probe_cluster(  # noqa: PLR0913, PLR0917 (one argument an option of the command)
        cluster: ClusterName,
        files: Files = None,
        login: Login = None,
        key: Key = None,
        password_file: PasswordFile = None,
        known_hosts: KnownHosts = None,
        no_journal: NoJournal = False,
        answers: Annotated[bool, typer.Option("--answers", help="Show how each answer was read")] = False,
    ) -> None:
        """Ask everything, try what an upgrade needs, change nothing. Exit status 1 = there is a list."""
        options = AccountOptions(
            login=login, key_file=key, password_file=password_file, known_hosts=known_hosts
        )
        from srx_issu.cli.probe_run import show_probe  # noqa: PLC0415 - PyEZ takes a second to import

        show_probe(cluster, files, options, has_journal=not no_journal, answers=answers)
