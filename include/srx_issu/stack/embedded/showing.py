"""What ``status`` shows: each component's health in Airflow's words, and how often it was started again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from srx_issu.stack.processes.hanging import API_SERVER, BEATING, POSTGRES
from srx_issu.stack.processes.health import UNREACHABLE, ApiServerSilent, HealthProbe
from srx_issu.stack.processes.running import Restarts, Running

_ROWS = {"metadatabase": POSTGRES, **BEATING}  # Airflow's names -> ours
UNKNOWN = "not known: the API server does not answer"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Component -> word, and component -> restarts."""

    words: Mapping[str, str]
    restarts: Mapping[str, Restarts]

    @property
    def is_healthy(self) -> bool:
        return all(word == "healthy" for word in self.words.values())

    def lines(self) -> Iterator[str]:
        for name, word in self.words.items():
            again = self.restarts.get(name)
            yield f"{name:<16}{word:<12}{_describe(again) if again else ''}".rstrip()


def ask(running: Running) -> Shown:
    """Asks the API server, which tells of the others."""
    with HealthProbe(running.url) as probe:
        try:
            said = probe.health().words
        except ApiServerSilent:
            words = {**dict.fromkeys(_ROWS.values(), UNKNOWN), API_SERVER: UNREACHABLE}
        else:
            words = {**{ours: said[theirs] for theirs, ours in _ROWS.items()}, API_SERVER: "healthy"}
    return Shown(words=words, restarts=running.restarts)


def _describe(again: Restarts) -> str:
    times = "once" if again.count == 1 else f"{again.count} times"
    at = datetime.fromisoformat(again.at).astimezone()
    return f"started again {times}, last at {at:%Y-%m-%d %H:%M:%S}: it {again.reason}"
