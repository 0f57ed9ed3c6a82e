"""What is said where an upgrade was asked for without naming its image."""

from __future__ import annotations

from typing import Annotated

import typer

from srx_issu import catalog
from srx_issu.catalog.requests.newest import images_for
from srx_issu.catalog.requests.upgrade import find_cluster
from srx_issu.cli.names import complete_image
from srx_issu.cli.outcome import EXIT_NOT_DONE
from srx_issu.cli.stack_here import operator_files
from srx_issu.cli.terminal import Terminal
from srx_issu.domain.errors import OperatorFileError, RequestRefused

ImageOption = Annotated[
    str | None,
    typer.Option(
        help="File name or release of an image of the catalogue; required", autocompletion=complete_image
    ),
]
errors = Terminal(stderr=True)
_ASK = "which image? Give --image with a release or a file name"


def require_image(cluster: str, image: str | None) -> None:
    """Exit status 2 where none was named; nothing was asked of Airflow then."""
    if not (image or "").strip():
        errors.print(which_image(cluster), markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(EXIT_NOT_DONE)


def which_image(cluster: str) -> str:
    """The images of the catalogue that are for the cluster's model, the newest first. Never raises."""
    folder = operator_files()
    try:
        known = catalog.load(folder)
        found = find_cluster(known, cluster) if known.is_whole or cluster in known.clusters else None
    except OperatorFileError:
        return f"{_ASK}. The files in {folder} have faults: 'srx-issu validate {folder}' says which"
    except RequestRefused as refused:
        return f"{_ASK}. In {folder}, {refused}"
    if found is None:
        return f"{_ASK}; 'srx-issu names' lists them. The model of {cluster} is in NetBox, not known here"
    images = images_for(known, found.model)
    if not images:
        return f"{_ASK}. No image in {folder}/images is for {cluster} ({found.model}): put one there first"
    listed = "".join(f"\n  {image.release}  {image.name}" for image in images)
    return f"{_ASK}. For {cluster} ({found.model}) there are, the newest first:{listed}"
