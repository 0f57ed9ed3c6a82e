"""Prepare: the image on the node that will start the ISSU, byte for byte (the ISSU copies it to the peer)."""

from __future__ import annotations

from collections.abc import Callable

from srx_issu.ports.journal import EventKind
from srx_issu.steps.bench import Bench, Facts
from srx_issu.steps.put_image import copy_image, is_there
from srx_issu.steps.recall import course

LOG_EVERY_PERCENT = 10


def stage_image(bench: Bench) -> Facts:
    """Already there and right → nothing sent; else SFTP with resume, then the node's own SHA-256.

    Raises TransferFailed when the file on the node is not the catalogue's.
    """
    image = bench.intent.image
    node = course(bench.journal.events(bench.upgrade_id), bench.evidence, bench.intent).starter
    files = bench.files(node)
    if is_there(files, image):
        bench.tell(EventKind.STEP_FINISHED, f"{image.name} is there already, SHA-256 agrees", node=node)
        return {"node": node.value, "copied": False, "path": image.node_path}
    bench.tell(
        EventKind.ACTION_INTENDED, f"copying {image.name} ({image.size_bytes:,} bytes) by SFTP", node=node
    )
    copy_image(files, node, image, _progress_log(bench, node.value))
    bench.tell(
        EventKind.ACTION_SENT,
        f"{image.name} copied, SHA-256 agrees",
        node=node,
        detail={"path": image.node_path},
    )
    return {"node": node.value, "copied": True, "path": image.node_path}


def _progress_log(bench: Bench, node: str) -> Callable[[int, int], None]:
    shown = -LOG_EVERY_PERCENT

    def log(there: int, size: int) -> None:
        nonlocal shown
        percent = 100 * there // size if size else 100
        if percent >= shown + LOG_EVERY_PERCENT:
            shown = percent
            bench.log.info(
                "%s %s: %d of %d bytes (%d %%)", bench.intent.cluster.name, node, there, size, percent
            )

    return log
