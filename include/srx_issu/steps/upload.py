"""The image on one node, proven by the node's own SHA-256; what is there and right is not sent again."""

from __future__ import annotations

import hashlib
from pathlib import Path

from srx_issu.domain.cluster.model import Image, NodeName
from srx_issu.domain.errors import TransferFailed
from srx_issu.ports.devices import NodeFiles


def is_there(files: NodeFiles, image: Image) -> bool:
    return files.size(image.node_path) == image.size_bytes and files.sha256(image.node_path) == image.sha256


def check_source(image: Image) -> None:
    """The file here is the one that was asked for, byte for byte. Raises TransferFailed; nothing is sent."""
    source = Path(image.file)
    try:
        with source.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise TransferFailed(
            "controller", f"{source} cannot be read ({error}); nothing was copied"
        ) from error
    if found != image.sha256:
        raise TransferFailed(
            "controller",
            f"{source} has SHA-256 {found}, this upgrade was asked for {image.sha256}; nothing was copied. "
            "Put the right file back",
        )


def check_arrived(files: NodeFiles, node: NodeName, image: Image) -> None:
    """Raises TransferFailed when the file on the node is not the one that was asked for."""
    found = files.sha256(image.node_path)
    if found != image.sha256:
        raise TransferFailed(
            node,
            f"{image.node_path} has SHA-256 {found}, the catalogue says {image.sha256}; "
            "check the image file against Juniper's download page",
        )
