"""How long the phases of an upgrade may take here: copies by the measured speed, waits by the policy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_issu.domain.cluster.model import Image
from srx_issu.domain.upgrade.intent import Timers
from srx_issu.probe.tried import CopySpeed


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """One phase. ``seconds`` None: not known. ``by``: where the figure is from."""

    phase: str
    seconds: float | None
    by: str


def predict(image: Image | None, speeds: tuple[CopySpeed, ...], timers: Timers) -> tuple[Prediction, ...]:
    """In order."""
    return (*_copies(image, speeds), *_deadlines(timers))


def _copies(image: Image | None, speeds: tuple[CopySpeed, ...]) -> Iterator[Prediction]:
    if image is None:
        yield Prediction(
            phase="copy the image", seconds=None, by="no image of the catalogue is for this model"
        )
        return
    for speed in speeds:
        phase = f"copy {image.name} to {speed.node}"
        if speed.there <= 0:
            yield Prediction(phase=phase, seconds=None, by="no copy was measured")
        else:
            by = f"{image.size_bytes / 1e6:.0f} MB at {speed.there / 1e6:.1f} MB/s, as measured"
            yield Prediction(phase=phase, seconds=image.size_bytes / speed.there, by=by)


def _deadlines(timers: Timers) -> Iterator[Prediction]:
    for phase, seconds in (
        ("secondary installed, rebooted and back", timers.secondary_upgrade_s),
        ("cold sync of the secondary", timers.cold_sync_s),
        ("switchover", timers.switchover_s),
        ("old primary installed, rebooted and back", timers.primary_upgrade_s),
        ("cold sync afterwards", timers.resync_s),
        ("the whole ISSU", timers.worst_case_s),
    ):
        yield Prediction(phase=phase, seconds=seconds, by="at most, by policy/limits.yaml")
