"""What the nodes are expected to be told, in the order in which they are told it."""

from __future__ import annotations

IMAGE = "IMAGE"  # stands for the path of the image

Orders = tuple[str, ...]
NOTHING: Orders = ()
