"""What a probe found, and whether anything stands in the way of the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName
from srx_issu.probe.predicted import Prediction
from srx_issu.probe.reading import ReadAs, Reading
from srx_issu.probe.trial import Trial, TrialResult

READY = "READY FOR THE WINDOW"
_FINE = frozenset({ReadAs.READ, ReadAs.UNTOLD})  # nothing to be listed
LOGIN_CLASS = "login class"
LOGIN = "login by "  # how the trial of a login is called, before its wire


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
        """Those that stop an upgrade first; what is unknown is among them. What only follows from a login
        that failed, or from its class, is counted in one line: a hundred would hide the one to put right."""
        trials = [each for each in self.trials if not each.is_good and each.name != "answers"]
        logins = [each for each in trials if each.name.startswith(LOGIN) and each.node and each.said]
        found, following, denied = list[Finding](), list[NodeName | None](), list[NodeName]()
        for trial in trials:
            if trial not in logins and _trial_follows(trial, logins):
                following.append(trial.node or logins[0].node)
            else:
                found.append(_of_trial(trial))
        for row in (each for each in self.readings if each.read_as not in _FINE):
            if _reading_follows(row, logins):
                following.append(row.node)
            elif _is_denied(row, trials):
                denied.append(row.node)
            else:
                found.append(_of_reading(row))
        found += [_of_what_follows(node, following.count(node)) for node in NodeName if node in following]
        found += [_of_what_is_denied(node, denied.count(node)) for node in NodeName if node in denied]
        return tuple(sorted(found, key=lambda finding: not finding.stops))

    @property
    def verdict(self) -> str:
        if self.is_ready:
            return READY
        stops = sum(finding.stops for finding in self.findings)
        return f"NOT READY: {stops} to put right, {len(self.findings) - stops} to look at"


def _trial_follows(trial: Trial, logins: Sequence[Trial]) -> bool:
    """Nothing was learned because a login to its node, or to any where it is about the cluster, failed; or it
    failed with the words of that login."""
    return any(
        trial.node in (login.node, None)
        and (trial.result is TrialResult.UNKNOWN or _is_of_login(trial.said, login))
        for login in logins
    )


def _is_of_login(said: str, login: Trial) -> bool:
    """Its very words, or other words of another try: a session that is cut tells it in several."""
    return login.said in said or f"{login.name.removeprefix(LOGIN)} login: " in said


def _reading_follows(row: Reading, logins: Sequence[Trial]) -> bool:
    """Likewise; an answer that came is never among these."""
    return row.read_as is ReadAs.UNKNOWN and any(
        row.node is login.node and (login.name == LOGIN + row.wire.shown or _is_of_login(row.said, login))
        for login in logins
    )


def _of_what_follows(node: NodeName, count: int) -> Finding:
    said = f"{count} more answers and trials are unknown without that login: put it right, and probe again"
    return Finding(place=node, said=said, stops=True)


def _is_denied(row: Reading, trials: Sequence[Trial]) -> bool:
    """The login class does not permit the question, and the trial of the class says which commands."""
    has_cause = any(
        t.name == LOGIN_CLASS and t.node is row.node and t.result is TrialResult.BAD for t in trials
    )
    return has_cause and row.read_as is ReadAs.UNKNOWN and "permission denied" in row.said


def _of_what_is_denied(node: NodeName, count: int) -> Finding:
    answers = "1 answer is" if count == 1 else f"{count} answers are"
    said = f"{answers} unknown because the login class does not permit the question: put the class right"
    return Finding(place=node, said=said, stops=True)


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
