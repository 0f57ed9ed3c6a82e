"""Deadlines of ``policy/limits.yaml`` that end before the device's own: what is given up too early."""

from __future__ import annotations

from collections.abc import Iterable

from srx_issu.catalog.faults import Checked, Place
from srx_issu.catalog.policy.levels import Levels
from srx_issu.catalog.policy.limits import SettingsEntry
from srx_issu.domain.cluster.model import Cluster, Image
from srx_issu.domain.junos.version import parse
from srx_issu.domain.upgrade.support import SupportMatrix, hold_timer_s

DEADLINE = "secondary_upgrade_s"


def warn_of_short_deadlines(
    checked: Checked,
    levels: Levels[SettingsEntry],
    matrix: SupportMatrix,
    clusters: Iterable[Cluster],
    images: Iterable[Image],
) -> None:
    """One warning a place that decides for some cluster and is shorter than its platform's hold timer, which
    is the longest that the image's release or an earlier one has: what runs is not known here."""
    said = {id(entry): place for entry, place in levels.placed() if entry.timers.secondary_upgrade_s}
    if not said:
        return
    by_model: dict[str, list[Image]] = {}
    for image in images:
        for model in image.models:
            by_model.setdefault(model, []).append(image)
    short: dict[Place, tuple[float, int, str]] = {}
    for cluster in clusters:
        for image in by_model.get(cluster.model, ()):
            deciding = [entry for entry in levels.of(cluster, image) if id(entry) in said]
            if not deciding:
                continue
            timer_s = hold_timer_s(matrix.platforms.get(cluster.model), parse(image.release))
            deadline_s = deciding[-1].timers.secondary_upgrade_s or 0.0
            place = said[id(deciding[-1])]
            if deadline_s <= timer_s and timer_s > short.get(place, (0.0, 0, ""))[1]:
                short[place] = (deadline_s, timer_s, cluster.model)
    for place, (deadline_s, timer_s, model) in short.items():
        checked.warn(
            f"{DEADLINE} is {deadline_s:g} s, and an {model} itself waits up to {timer_s} s (hold timer)",
            f"write more than {timer_s}: this software would give up before the device does",
            *place,
            "timers",
            DEADLINE,
        )
