"""A seed's cluster, policy and troubles. Everything is drawn from the one seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.failure.classes import FailureClass, Permission
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.recovery.found import NOT_KNOWN
from srx_issu.domain.upgrade.commands import SoftwareFamily
from srx_issu.domain.upgrade.intent import Intent, Purpose, StartMethod, Timers
from srx_lab.machine.fault_catalogue import FAULTS
from srx_lab.machine.fault_spec import Route, Scope
from srx_lab.machine.state import ClusterSpec, GroupSpec
from srx_lab.machine.words import RUNNING_PHASES, NodeId, Phase
from srx_lab.platforms import PLATFORMS
from srx_lab.rehearsal import TARGET, example_image, example_spec
from tests.fakes.intents import CLUSTER, IMAGE, POLICY, intent
from tests.properties.recovery.pilot import ANSWERS, Fate, Pilot
from tests.properties.recovery.wire import Line
from tests.properties.recovery.world import Trouble, World

TIMERS = Timers(
    poll_s=100.0,
    secondary_upgrade_s=4500.0,
    cold_sync_s=2400.0,
    switchover_s=600.0,
    primary_upgrade_s=3000.0,
    resync_s=1500.0,
    group_settle_s=500.0,
    worst_case_s=9000.0,
)
MODELS = ("SRX4600", "SRX4600", "SRX1500", "SRX5800", "SRX5800-RE3", "SRX1600")
# Of the lab's own faults those that the machine itself has; what is only on the wire is the line's matter.
FAULT_NAMES = sorted(
    name
    for name, spec in FAULTS.items()
    if spec.route is Route.ISSU
    and spec.scope is not Scope.WIRE
    and not name.startswith("reply_")
    and name != "already_current"
)
# Those that stop an ISSU half way, each where it belongs.
HALF_WAY = (
    "secondary_reboot_fails",
    "cold_sync_never_completes",
    "cold_sync_stalls",
    "failover_refused",
    "primary_upgrade_fails",
    "primary_reboot_fails",
    "node_never_comes_back",
    "ksyncd_error",
)
# What an earlier ISSU left behind; in the middle of a run it would be a window that no node ever shows.
BEFOREHAND = ("issu_already_in_progress",)
LASTS_S = 9000.0
PHASES = sorted(RUNNING_PHASES)


@dataclass(kw_only=True)
class Scene:
    """Everything drawn from one seed. ``kind``: how the ISSU begins, and who ends it."""

    seed: int
    kind: str
    pilot: Pilot
    heir: Pilot | None
    words: list[str]

    @property
    def pilots(self) -> tuple[Pilot, ...]:
        return tuple(pilot for pilot in (self.pilot, self.heir) if pilot)

    @property
    def somebody_agreed(self) -> bool:
        """A person approved a recovery with its plan before him."""
        return any(pilot.was_approved for pilot in self.pilots)


def scene(seed: int, folder: Path, *, over_replies: bool) -> Scene:
    chance = random.Random(seed)
    model = chance.choice(MODELS)
    spec = _spec(chance, model)
    loses = chance.choice((0.0, 0.0, 0.02, 0.1))
    world = World(
        spec=spec,
        cluster=CLUSTER,
        line=Line(chance=random.Random(seed + 1), loses=loses),
        folder=folder,
        over_replies=over_replies,
        keeps_transcript=chance.random() < 0.85,
        has_shell=chance.random() < 0.8,
    )
    told = [model, f"loses {loses}"]
    _draw_troubles(chance, world, told)
    purpose = _intent(chance, model)
    fate = Fate(chance=random.Random(seed + 2), kills=chance.choice((0.0, 0.0, 0.02, 0.1)))
    pilot = Pilot(world=world, intent=purpose, fate=fate, answer=chance.choice(("yes", *ANSWERS)))
    kind = chance.choice(("upgrade", "upgrade", "upgrade", "by hand", "dies"))
    heir = None
    if kind != "upgrade":
        told_target = chance.random() < 0.5
        heir = Pilot(world=world, intent=_recovery(purpose, told_target), fate=fate, answer=pilot.answer)
    if kind == "dies":
        pilot.dies_at = chance.choice(("branch_outcome", "recover.diagnose", "recover.abort_issu"))
    return Scene(seed=seed, kind=kind, pilot=pilot, heir=heir, words=told)


def _spec(chance: random.Random, model: str) -> ClusterSpec:
    """One to three data groups, on either node, RG0 on either node, preempt or not."""
    leads = chance.choice(list(NodeId))
    groups = [GroupSpec(group=0, priority={leads: 200, leads.peer: 100})]
    for number in range(1, chance.choice((1, 1, 2, 3)) + 1):
        home = chance.choice((leads, leads, leads.peer))
        priority = {home: 200, home.peer: 100}
        groups.append(GroupSpec(group=number, priority=priority, preempt=chance.random() < 0.25))
    return replace(example_spec(model), groups=tuple(groups))


def _intent(chance: random.Random, model: str) -> Intent:
    platform = PLATFORMS[model]
    image = replace(IMAGE, name=example_image(model).name, release=TARGET, models=frozenset({model}))
    permissions = {f: chance.choice(list(Permission)) for f in FailureClass if chance.random() < 0.15}
    if chance.random() < 0.5:
        permissions = {**dict.fromkeys(FailureClass, Permission.AUTOMATIC), **permissions}
    rules = FailureRules(permissions=permissions, finish_forward=chance.random() < 0.7)
    return intent(
        image=image,
        software=SoftwareFamily.VMHOST if platform.upgrade.value == "vmhost" else SoftwareFamily.SYSTEM,
        policy=replace(POLICY, timers=TIMERS, failures=rules, start_method=StartMethod.AUTO),
        fail_back=chance.random() < 0.8,
    )


def _recovery(upgrade: Intent, told_target: bool) -> Intent:
    """Of an ISSU whose target somebody names, or must be found."""
    image = upgrade.image if told_target else replace(upgrade.image, name="", release=NOT_KNOWN)
    return replace(upgrade, upgrade_id="recover-1", purpose=Purpose.RECOVER, image=image)


def _draw_troubles(chance: random.Random, world: World, told: list[str]) -> None:
    """A fault of the ISSU's own, as a rule, and now and then something that comes out of the blue."""
    drawn = chance.random()
    if drawn < 0.45:
        name = chance.choice(HALF_WAY)
        world.machine.inject(name)
        told.append(name)
    elif drawn < 0.85:
        name, at = chance.choice(FAULT_NAMES), chance.choice((None, None, *PHASES))
        if name in BEFOREHAND:
            at = None
        node = chance.choice((None, None, *NodeId))
        world.machine.inject(name, at=str(at) if at else None, node=node)
        told.append(f"{name} on {node} at {at}")
    for _ in range(chance.choice((0, 0, 0, 1, 1, 2))):
        when = chance.uniform(0, LASTS_S)
        what, strike = _out_of_the_blue(chance)
        world.troubles.append((when, strike))
        told.append(f"{what} after {when:.0f} s")
        if chance.random() < 0.3:
            world.troubles.append((when + chance.uniform(60, 3000), _all_clear))
            told.append("and is over later")


def _out_of_the_blue(chance: random.Random) -> tuple[str, Callable[[World], None]]:
    drawn = chance.random()
    if drawn < 0.5:
        name = chance.choice([name for name in FAULT_NAMES if name not in BEFOREHAND])
        node = chance.choice((None, *NodeId))
        return f"{name} on {node}", lambda world: world.machine.inject(name, at="now", node=node)
    silent = chance.choice(list(NodeName))
    if drawn < 0.75:
        return f"{silent} falls silent", lambda world: world.line.silent.add(silent)
    return f"somebody fails over to {silent}", lambda world: _colleague(world, NodeId(silent.value))


def _all_clear(world: World) -> None:
    world.machine.clear()
    world.line.silent.clear()


def _colleague(world: World, to: NodeId) -> None:
    """Fails every group over by hand where Junos lets him."""
    from srx_lab.machine.commands import fail_over_by_hand  # noqa: PLC0415

    if world.machine.world.node(to).is_up:
        for group in sorted(world.machine.world.state.groups):
            fail_over_by_hand(world.machine.world, to, group, to)
        world.simulated.settle()


__all__ = ["Phase", "Scene", "Trouble", "scene"]
