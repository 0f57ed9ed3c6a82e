"""How much must be free in ``/var/tmp`` for an image. Source: the guide asks for double the image's size."""

from __future__ import annotations

from collections.abc import Iterable

from srx_issu.domain.cluster.model import Image
from srx_issu.domain.cluster.rows import StoredFile


def bytes_there(image: Image, stored: Iterable[StoredFile]) -> int:
    """How much of the image lies on the node already, at most its size."""
    there = (file.size_bytes for file in stored if file.path.split("/")[-1] == image.name)
    return min(max(there, default=0), image.size_bytes)


def bytes_needed_at_start(image: Image, factor: float, there: int) -> int:
    """What must be free now if the node, with the image on it, still wants ``factor`` times the image free:
    so much, and what of the image is not there yet."""
    return int(factor * image.size_bytes) + image.size_bytes - there


def bytes_needed(image: Image, factor: float, there: int) -> int:
    """``factor`` times the image; what of it is already there need not fit again."""
    return max(0, int(factor * image.size_bytes) - there)
