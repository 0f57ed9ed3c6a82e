"""Is there a way home for a cluster that is half way? Tried out on copies: a recovery that takes it over, a
yes of an entitled person, and a first command that the gate lets out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import replace

from srx_issu.domain.approvals.rule import ApprovalPurpose
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import SrxIssuError
from srx_issu.domain.failure.classes import Permission
from srx_issu.domain.failure.rules import FailureRules
from srx_issu.domain.history.events import NothingMoved
from srx_issu.domain.procedure.action import ActionName
from srx_issu.domain.upgrade.commands import Command
from srx_issu.domain.upgrade.intent import Purpose
from srx_issu.ports.devices import Line
from srx_issu.ports.journal import PERMIT_S
from srx_issu.ports.permits import Permit
from srx_issu.steps.approval.confirm import confirm_approval
from srx_issu.steps.baseline import intent_of
from srx_issu.steps.context import UpgradeContext
from srx_issu.steps.recovery.recover_cluster import carry_out
from srx_issu.steps.recovery.stored_plan import prognosis, store_plan
from srx_issu.steps.upgrade.check_versions_and_groups import NotVerified
from srx_issu.steps.upgrade.claim import TakeOver, claim
from srx_issu.steps.upgrade.observe import observe, observe_again
from srx_issu.steps.waits.converge import ActionWait
from tests.fakes.approvals import answered, put
from tests.fakes.memory import MemoryEvidence, MemoryJournal, MemoryLeases, SteppingClock
from tests.properties.actions.ledger import ENTITLED
from tests.properties.actions.site import Run, Site, recovery_of, upgrade_of

NAME = "recover__way_home"


class LetOut(Exception):
    """The gate has let a command out."""


class Outlet:
    """A line that ends where the bytes would leave."""

    def send(self, command: Command, permit: Permit) -> str:
        permit.check()
        raise LetOut(command.cli)


class OpenWriter:
    """``ports.ClusterWriter`` of which nothing reaches a node."""

    @contextmanager
    def line(self, node: NodeName) -> Iterator[Line]:
        yield Outlet()

    def start_line(self, node: NodeName, method: object) -> object:
        raise AssertionError(f"no way home starts an ISSU on {node} by {method}")


def is_half_way(here: Site) -> bool:
    """Nobody drives it, and the nodes run different releases or a node is in the ISSU window."""
    here.world.simulated.touch()
    upgrade = here.world.machine.upgrade
    if upgrade is not None and not upgrade.outcome:
        return False
    nodes = list(here.world.machine.world.nodes())
    return len({n.release.text for n in nodes}) > 1 or any(n.in_issu_window for n in nodes)


def no_way_home(here: Site) -> str | None:
    """Why there is none; None = there is one, or only the nodes themselves keep a recovery from acting."""
    clock = SteppingClock(here.world.now())
    leases, evidence = MemoryLeases(clock), MemoryEvidence()
    leases.held, evidence.files = dict(here.leases.held), dict(here.evidence.files)
    journal = MemoryJournal(clock, leases)
    journal.intents, journal.records = dict(here.journal.intents), dict(here.journal.records)
    journal.written = {name: list(rows) for name, rows in here.journal.written.items()}
    here.chance, chance = copy(here.chance), here.chance
    wanted = recovery_of(upgrade_of(here, NAME), NAME)
    here.chance = chance
    wanted = replace(wanted, policy=replace(wanted.policy, failures=_asks(wanted.policy.failures)))
    run = Run(upgrade_id=NAME, purpose=Purpose.RECOVER)
    word = TakeOver(who="bob", reason="half way", is_at_work=lambda _: False)
    clock.sleep(PERMIT_S + 1)  # as the claim waits: a permit of the run before may be alive
    try:
        claim(wanted, journal, leases, clock.now(), word)
        here.journal.intents[NAME], here.journal.written[NAME] = wanted, journal.written[NAME]

        def context(step: str) -> UpgradeContext:
            plain = here.context(run, step)
            return replace(
                plain,
                intent=intent_of(journal, NAME),
                writer=OpenWriter(),  # type: ignore[arg-type]
                journal=journal,
                leases=leases,
                evidence=evidence,
                clock=clock,
                stopped=lambda: "the fleet is stopped",
            )

        return _tried(journal, context)
    except (SrxIssuError, NotVerified) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        here.journal.intents.pop(NAME, None)
        here.journal.written.pop(NAME, None)


def _asks(rules: FailureRules) -> FailureRules:
    return replace(rules, permissions=dict.fromkeys(rules.permissions, Permission.ASK))


def _tried(journal: MemoryJournal, make: Callable[[str], UpgradeContext]) -> str | None:
    observe(make("observe"))
    make("quiet").record(NothingMoved(), "nothing moves")
    observe_again(make("observe_again"))
    here = make("recover.diagnose")
    found = prognosis(here, patient=False)
    if not found.plan.actions:
        return None  # what the nodes show is for a person; the words tell what
    store_plan(here, found)
    for number, who in enumerate(ENTITLED, 1):
        so_far = here.known()
        journal.record(NAME, put(so_far, here.intent, "recovery", number))
        journal.record(NAME, answered(so_far, here.intent, "recovery", who, gate=number))
    confirm_approval(here, ApprovalPurpose.RECOVERY)
    for name in ActionName:
        try:
            if isinstance(carry_out(make(f"recover.{name}"), name), ActionWait):
                return None
        except LetOut:
            return None
        except NotVerified:
            return None  # the nodes changed under the plan, or refuse by their state
    return None
