"""The stop rules of nodes that are apart, by themselves: commands at random, with no condition of any plan.

Run with each rule taken away as well: what it holds back must then happen, or the rule is not needed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from srx_issu.domain.cluster.model import NodeName, Snapshot
from srx_issu.domain.procedure import apart_rules
from srx_issu.domain.procedure.action import Apart, CommandKind, PlannedCommand
from srx_issu.domain.procedure.objection import Objection
from srx_issu.domain.routes.relaxed import closing, opening
from tests.properties.routes.apart_model import PORTS, ApartModel, Refused
from tests.properties.routes.apart_person import Site, befall

SEEDS = range(500)
STEPS = 40
APART = Apart(ports0=PORTS[NodeName.NODE0], ports1=PORTS[NodeName.NODE1])
Rule = Callable[[PlannedCommand, Snapshot, Apart], Objection | None]


def any_command(chance: random.Random) -> PlannedCommand:
    node = chance.choice(list(NodeName))
    order = chance.choice(
        [CommandKind.COMMIT] * 3 + [CommandKind.ADD_SOFTWARE, CommandKind.REBOOT_ALONE, CommandKind.HALT]
    )
    ports = PORTS[chance.choice(list(NodeName))]
    lines = chance.choice([opening, closing])(ports) if order is CommandKind.COMMIT else ()
    return PlannedCommand(
        key="any", order=order, node=node, subject=node, image_path="/var/tmp/x.tgz", lines=lines
    )


@dataclass
class Chaos:
    """A person who handles cables as they like, and a planner that plans nothing."""

    seed: int
    rule: Rule
    sent: Counter[str] = field(default_factory=Counter)

    def play(self) -> ApartModel:
        chance = random.Random(self.seed)
        model = ApartModel()
        site = Site(model=model, chance=chance)
        befall(site)
        apart = APART
        for _ in range(STEPS):
            if chance.random() < 0.3:
                self._handle(model, chance)
            site.pass_time(chance.choice([10.0, 100.0, 400.0]))
            now = model.snapshot()
            command = any_command(chance)
            if self.rule(command, now, replace(apart, are_links_down=chance.random() < 0.5)) is None:
                self._send(model, command)
        return model

    def _handle(self, model: ApartModel, chance: random.Random) -> None:
        """Cables are pulled when the ports of a node are closed, as people are asked to; put in any time."""
        is_in = chance.random() < 0.4
        if is_in or any(not node.open_ports for node in model.nodes.values()):
            for link in chance.sample(["control", "fabric"], chance.choice([1, 2])):
                model.plug(link, is_in=is_in)
        for name in NodeName:
            if chance.random() < 0.5:
                model.power_on(name)

    def _send(self, model: ApartModel, command: PlannedCommand) -> None:
        try:
            model.execute(command)
        except (Refused, TimeoutError):
            return
        self.sent[command.order] += 1


def violations(rule: Rule, seeds: range = SEEDS) -> tuple[list[str], Counter[str]]:
    found: list[str] = []
    sent: Counter[str] = Counter()
    for seed in seeds:
        chaos = Chaos(seed=seed, rule=rule)
        found += (f"{seed}: {text}" for text in chaos.play().violations)
        sent += chaos.sent
    return found, sent


def test_hold_back_whatever_would_break_them() -> None:
    found, sent = violations(apart_rules.objection_apart)
    assert found == []
    kinds = (CommandKind.COMMIT, CommandKind.ADD_SOFTWARE, CommandKind.REBOOT_ALONE, CommandKind.HALT)
    assert min(sent[kind] for kind in kinds) > 10, sent


@pytest.mark.parametrize(
    ("orders", "broken"),
    [
        ((CommandKind.COMMIT,), "both nodes active"),
        ((CommandKind.REBOOT_ALONE, CommandKind.ADD_SOFTWARE), "two releases heard each other"),
        ((CommandKind.HALT, CommandKind.REBOOT_ALONE), "sent with a cable in"),
    ],
)
def test_without_a_rule_what_it_holds_back_happens(orders: tuple[CommandKind, ...], broken: str) -> None:
    def lax(command: PlannedCommand, now: Snapshot, apart: Apart) -> Objection | None:
        return None if command.order in orders else apart_rules.objection_apart(command, now, apart)

    found, _ = violations(lax, range(100))
    assert any(broken in text for text in found)
