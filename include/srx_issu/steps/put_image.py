"""The image on one node, proven by the node's own SHA-256; what is there and right is not sent again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from srx_issu.domain.errors import TransferFailed
from srx_issu.domain.model import Image, NodeName
from srx_issu.ports.devices import NodeFiles


def is_there(files: NodeFiles, image: Image) -> bool:
    return files.size(image.node_path) == image.size_bytes and files.sha256(image.node_path) == image.sha256


def copy_image(files: NodeFiles, node: NodeName, image: Image, progress: Callable[[int, int], None]) -> None:
    """By SFTP, going on where an earlier copy ended. Raises TransferFailed when the file on the node is not
    the catalogue's."""
    files.upload(Path(image.file), image.node_path, progress)
    found = files.sha256(image.node_path)
    if found != image.sha256:
        raise TransferFailed(
            node,
            f"{image.node_path} has SHA-256 {found}, the catalogue says {image.sha256}; "
            "check the image file against Juniper's download page",
        )
