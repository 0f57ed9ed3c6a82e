"""A person at the cables: asked for something, and not always doing it; and what else befalls a cluster."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.procedure.action import ActionName, CommandKind, PlannedAction
from tests.properties.routes.apart_model import ApartModel

LATE_S = 1800.0


@dataclass
class Site:
    """The cluster, who is on site, and faults that are due. ``habit`` is how the person goes about it."""

    model: ApartModel
    chance: random.Random
    habit: str = "does it"
    due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    asked: set[tuple[ActionName, NodeName | None]] = field(default_factory=set)
    clock_s: float = 0.0

    def pass_time(self, seconds: float) -> None:
        """In small steps, each with what is due in it."""
        end = self.clock_s + seconds
        while self.clock_s < end:
            step = min(10.0, end - self.clock_s)
            self.model.advance(step)
            self.clock_s += step
            now = [act for at, act in self.due if at <= self.clock_s]
            self.due = [(at, act) for at, act in self.due if at > self.clock_s]
            for act in now:
                act()
                self.model.settle()

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        self.due.append((self.clock_s + seconds, act))

    def ask(self, action: PlannedAction) -> None:
        """Once for each thing that is asked."""
        if action.asks is None or (action.name, action.node) in self.asked:
            return
        self.asked.add((action.name, action.node))
        match action.name:
            case ActionName.TAKE_LINKS_APART:
                self._pull()
            case ActionName.JOIN_LINKS:
                self._join(action.node)

    def _pull(self) -> None:
        match self.habit:
            case "does nothing":
                pass
            case "wrong cable":
                self._cable("control", is_in=False, after=60)
                port = self.chance.choice(["ge-0/0/4", "ge-7/0/4"])
                node = NodeName.NODE0 if port.startswith("ge-0") else NodeName.NODE1
                self.later(90, lambda: self.model.nodes[node].out.add(port))
            case "one cable":
                self._cable(self.chance.choice(["control", "fabric"]), is_in=False, after=60)
            case "late":
                self._cable("control", is_in=False, after=LATE_S)
                self._cable("fabric", is_in=False, after=LATE_S + 120)
            case "plugs early":
                self._cable("control", is_in=False, after=60)
                self._cable("fabric", is_in=False, after=60)
                self._cable(
                    self.chance.choice(["control", "fabric"]), is_in=True, after=self.chance.uniform(70, 4000)
                )
            case _:
                first = self.chance.choice(["control", "fabric"])
                other = "fabric" if first == "control" else "control"
                self._cable(first, is_in=False, after=60)
                self._cable(other, is_in=False, after=60 + self.chance.choice([0, 30, 400]))

    def _join(self, node: NodeName | None) -> None:
        assert node is not None
        match self.habit:
            case "does nothing":
                pass
            case "boots first":
                self.later(60, lambda: self.model.power_on(node))
                self._cable("control", is_in=True, after=700)
                self._cable("fabric", is_in=True, after=700)
            case "one cable back":
                self._cable(self.chance.choice(["control", "fabric"]), is_in=True, after=60)
                self.later(90, lambda: self.model.power_on(node))
            case _:
                self._cable("control", is_in=True, after=60)
                self._cable("fabric", is_in=True, after=90)
                self.later(120, lambda: self.model.power_on(node))

    def _cable(self, link: str, *, is_in: bool, after: float) -> None:
        self.later(after, lambda: self.model.plug(link, is_in=is_in))


HABITS = (
    *("does it",) * 6,
    "does nothing",
    "wrong cable",
    "one cable",
    "late",
    "plugs early",
    "boots first",
    "one cable back",
)


def befall(site: Site) -> str:
    """One fault at a random moment of the run; its name."""
    chance, model = site.chance, site.model
    node = model.nodes[chance.choice(list(NodeName))]
    at = chance.uniform(0, 4000)
    name = chance.choice(list(_FAULTS))
    _FAULTS[name](site, node.name, at)
    del model
    return f"{name} {node.name} at {at:.0f} s"


def _boots_old(site: Site, node: NodeName, _: float) -> None:
    site.model.boots_old.add(node)


def _never_back(site: Site, node: NodeName, at: float) -> None:
    site.later(at, lambda: site.model.never_back.add(node))


def _power(site: Site, node: NodeName, at: float) -> None:
    site.later(at, lambda: site.model.take_down(node) if site.model.is_up(node) else None)


def _silent(site: Site, node: NodeName, at: float) -> None:
    lasts = site.chance.choice([60, 400, 4000])

    def fall_silent() -> None:
        site.model.nodes[node].silent_until = site.model.now + timedelta(seconds=lasts)

    site.later(at, fall_silent)


def _refused(site: Site, _: NodeName, at: float) -> None:
    order = site.chance.choice([CommandKind.COMMIT, CommandKind.ADD_SOFTWARE])
    site.later(at, lambda: site.model.refuses.add(order))


def _unconfirmed(site: Site, node: NodeName, at: float) -> None:
    def commit() -> None:
        site.model.nodes[node].commit_pending = True

    def rolled_back() -> None:
        site.model.nodes[node].commit_pending = False

    site.later(at, commit)
    site.later(at + 600, rolled_back)


def _link_by_itself(site: Site, _: NodeName, at: float) -> None:
    site.later(at, lambda: site.model.plug(site.chance.choice(["control", "fabric"]), is_in=True))


def _somebody_opens(site: Site, node: NodeName, at: float) -> None:
    def open_port() -> None:
        here = site.model.nodes[node]
        site.model.opened_by_hand = True
        here.settings = {line for line in here.settings if not line.endswith("disable")}

    site.later(at, open_port)


_FAULTS: dict[str, Callable[[Site, NodeName, float], None]] = {
    "boots old": _boots_old,
    "never back": _never_back,
    "power lost": _power,
    "silent": _silent,
    "refused": _refused,
    "commit confirmed": _unconfirmed,
    "link comes up": _link_by_itself,
    "somebody opens ports": _somebody_opens,
}
