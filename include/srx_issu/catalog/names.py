"""Names for the trigger form, cheap enough for every DAG parse: no models, no checks, never an error.

A name shown here may still be refused when the run starts; ``request.resolve`` says why.
"""

from __future__ import annotations

from pathlib import Path

from srx_issu.catalog.documents import Items, Mapping, Value, read_document
from srx_issu.catalog.folder import find_files
from srx_issu.catalog.loading import NETBOX, inventory_document


def cluster_names(files: Path) -> tuple[str, ...] | None:
    """Clusters of all readable inventory files, sorted; None when NetBox knows more of them."""
    names: set[str] = set()
    for path in find_files(files).inventory:
        root = inventory_document(path).root
        if NETBOX in root:
            return None
        clusters = root.get("clusters")
        if isinstance(clusters, Mapping):
            names.update(clusters)
    return tuple(sorted(names))


def image_names(files: Path) -> tuple[str, ...]:
    """File names of the images of all readable catalogue files, sorted."""
    names: set[str] = set()
    for path in find_files(files).images:
        images = read_document(path).root.get("images")
        if isinstance(images, Items):
            names.update(name for name in map(_file_name, images) if name)
    return tuple(sorted(names))


def _file_name(entry: Value) -> str | None:
    file = entry.get("file") if isinstance(entry, Mapping) else None
    return Path(file).name if isinstance(file, str) else None
