"""Names out of the operator's files: offered while a command is typed, and listed by ``srx-issu names``.

Airflow's form offers none, so that an edit of the files changes nothing about what is running.
"""

from __future__ import annotations

import typer

from srx_issu import catalog
from srx_issu.cli.stack_here import FilesOption, FolderArgument, one_folder, operator_files
from srx_issu.cli.terminal import Terminal

console = Terminal()


def complete_cluster(incomplete: str) -> list[str]:
    return _beginning(catalog.cluster_names(operator_files()) or (), incomplete)


def complete_image(incomplete: str) -> list[str]:
    return _beginning(catalog.image_names(operator_files()), incomplete)


def register(app: typer.Typer) -> None:
    """Adds the command."""

    @app.command()
    def names(
        folder: FolderArgument = None,
        files: FilesOption = None,
    ) -> None:
        """List the clusters and images that an upgrade can name."""
        folder = operator_files(one_folder(folder, files))
        clusters = catalog.cluster_names(folder)
        if clusters is None:
            console.print(
                "Clusters: in NetBox, as the inventory says", markup=False, highlight=False, soft_wrap=True
            )
        for title, found in (("Clusters", clusters or ()), ("Images", catalog.image_names(folder))):
            if found:
                console.print(f"{title}:", highlight=False)
            for name in found:
                console.print(f"  {name}", markup=False, highlight=False, soft_wrap=True)


def _beginning(names: tuple[str, ...], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
