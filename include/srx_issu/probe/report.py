"""What a probe found, and whether anything stands in the way of the window."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.probe.predicted import Prediction
from srx_issu.probe.reading import ReadAs, Reading
from srx_issu.probe.trial import Trial, TrialResult

READY = "READY FOR THE WINDOW"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One line of the list. ``stops``: not to be looked at alone, but to be put right before the window."""

    place: str
    said: str
    stops: bool
    fragment: str = ""


@dataclass(frozen=True, kw_only=True)
class ProbeReport:
    """Everything that was found; ready only where all of it is good."""

    cluster: str
    readings: tuple[Reading, ...]
    trials: tuple[Trial, ...]
    predictions: tuple[Prediction, ...] = ()

    @property
    def is_ready(self) -> bool:
        return bool(self.readings) and bool(self.trials) and not self.findings

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Those that stop an upgrade first; what is unknown is among them."""
        found = [
            *(_of_trial(trial) for trial in self.trials if not trial.is_good and trial.name != "answers"),
            *(_of_reading(row) for row in self.readings if row.read_as is not ReadAs.READ),
        ]
        return tuple(sorted(found, key=lambda finding: not finding.stops))

    @property
    def verdict(self) -> str:
        if self.is_ready:
            return READY
        stops = sum(finding.stops for finding in self.findings)
        return f"NOT READY: {stops} to put right, {len(self.findings) - stops} to look at"


def _of_trial(trial: Trial) -> Finding:
    place = trial.name if trial.node is None else f"{trial.node}: {trial.name}"
    return Finding(place=place, said=trial.said, stops=trial.result is not TrialResult.LOOK_AT)


def _of_reading(row: Reading) -> Finding:
    return Finding(
        place=f"{row.place} ({row.fills})",
        said=f"{row.read_as}: {row.said}",
        stops=row.read_as is ReadAs.UNKNOWN,
        fragment=row.fragment,
    )
