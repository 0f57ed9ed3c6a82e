"""The steps of taking two nodes apart and joining them again: what each needs, and what shows its end.

Of the way forward (``minimal_downtime.py``) and of the way back (``apart_way_back.py``), which have their
order.
"""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.gate.table import SendPurpose
from srx_issu.domain.procedure.action import ActionName, Apart, CommandKind, PlannedAction, PlannedCommand
from srx_issu.domain.procedure.claims import can_take_over, leads, nothing_pending, pending, runs
from srx_issu.domain.procedure.conditions import StateClaim, StateCondition
from srx_issu.domain.routes.commit_step import CommitStep, Conditions
from srx_issu.domain.routes.relaxed import Relaxed, opening
from srx_issu.domain.upgrade.commands import SoftwareFamily


@dataclass(frozen=True, kw_only=True)
class ApartSteps:
    """What every step has to know. ``up``: network ports that had a link at the baseline, of both nodes."""

    ports0: tuple[str, ...]
    ports1: tuple[str, ...]
    up: frozenset[str]
    relaxed: Relaxed
    software: SoftwareFamily
    image_path: str
    old_image_path: str | None = None  # on both nodes, where no rollback leads back
    can_roll_back: bool = False  # 'request system software rollback' leads from the target to the old release

    def ports(self, node: NodeName) -> tuple[str, ...]:
        return self.ports0 if node is NodeName.NODE0 else self.ports1

    def apart(self, *, links_down: bool) -> Apart:
        return Apart(ports0=self.ports0, ports1=self.ports1, are_links_down=links_down)

    @property
    def undo(self) -> tuple[str, ...]:
        """In the order in which they are put back: ports first, monitoring would count a closed one."""
        return (*opening(self.ports0), *opening(self.ports1), *self.relaxed.undo)

    # -- conditions

    def links_apart(self) -> Conditions:
        return tuple(StateCondition(claim=StateClaim.LINKS_APART, node=node) for node in NodeName)

    def links_joined(self) -> Conditions:
        return tuple(StateCondition(claim=StateClaim.LINKS_JOINED, node=node) for node in NodeName)

    def none_pending(self) -> Conditions:
        """No commit that is undone by itself."""
        return tuple(StateCondition(claim=StateClaim.NO_COMMIT_PENDING, node=node) for node in NodeName)

    def closed(self, node: NodeName, *, seen_by: NodeName | None = None) -> StateCondition:
        return StateCondition(claim=StateClaim.PORTS_DOWN, node=seen_by or node, ports=self.ports(node))

    def open(self, node: NodeName) -> StateCondition:
        """By its own word, those that had a link at the baseline."""
        had_link = tuple(port for port in self.ports(node) if port in self.up)
        return StateCondition(claim=StateClaim.PORTS_UP, node=node, ports=had_link)

    def alone(self, node: NodeName) -> StateCondition:
        return StateCondition(claim=StateClaim.ALONE, node=node)

    def in_force(self, node: NodeName, lines: tuple[str, ...]) -> StateCondition:
        return StateCondition(claim=StateClaim.IN_FORCE, node=node, lines=lines)

    # -- steps

    def commit(self, asked: CommitStep) -> PlannedAction:
        node, shown = asked.node, tuple(self.in_force(each, asked.lines) for each in asked.on)
        command = PlannedCommand(
            key=f"{asked.name}_{node}",
            order=CommandKind.COMMIT,
            node=node,
            subject=node,
            lines=asked.lines,
            purpose=asked.purpose,
            needs=asked.needs,
            waits_for=asked.waits_for,
            done_when=shown,
        )
        return PlannedAction(
            name=asked.name,
            node=node,
            reason=asked.reason,
            deadline=asked.deadline,
            commands=(command,),
            done_when=(*shown, *asked.done_when),
            apart=self.apart(links_down=asked.links_down),
        )

    def take_apart(self, carrier: NodeName) -> PlannedAction:
        """A person's work, and what both nodes show of it; what must not be touched comes first."""
        return PlannedAction(
            name=ActionName.TAKE_LINKS_APART,
            reason="the two nodes must not hear each other while their releases differ",
            asks="pull every cable of the control link and of the fabric link between node0 and node1",
            deadline="person_s",
            done_when=(
                self.open(carrier),
                *self.none_pending(),
                *self.links_apart(),
                self.closed(carrier.peer),
            ),
            apart=self.apart(links_down=False),
        )

    def install(
        self,
        name: ActionName,
        node: NodeName,
        release: str,
        purpose: SendPurpose,
        needs: Conditions,
        *,
        image_path: str | None = None,
    ) -> PlannedAction:
        """Sent once: where the answer is lost, only what the node will boot next tells. ``image_path`` None:
        that of the target."""
        there = pending(node, release)
        command = PlannedCommand(
            key=f"install_{node}",
            order=CommandKind.ADD_SOFTWARE,
            node=node,
            subject=node,
            software=self.software,
            image_path=image_path or self.image_path,
            purpose=purpose,
            is_once=True,
            needs=needs,
            done_when=(there,),
        )
        return PlannedAction(
            name=name,
            node=node,
            reason=f"{node} gets {release} for its next boot",
            deadline="install_s",
            commands=(command,),
            done_when=(there,),
            apart=self.apart(links_down=True),
        )

    def reboot(
        self, name: ActionName, node: NodeName, purpose: SendPurpose, needs: Conditions
    ) -> PlannedAction:
        key = reboot_key(node)
        gone = StateCondition(claim=StateClaim.WENT_DOWN, node=node, since=key)
        command = PlannedCommand(
            key=key,
            order=CommandKind.REBOOT_ALONE,
            node=node,
            subject=node,
            software=self.software,
            purpose=purpose,
            needs=needs,
            done_when=(gone,),
        )
        return PlannedAction(
            name=name,
            node=node,
            reason=f"{node} reboots with the links apart",
            deadline="commit_s",
            commands=(command,),
            done_when=(gone,),
            apart=self.apart(links_down=True),
        )

    def back_alone(self, name: ActionName, node: NodeName, release: str) -> PlannedAction:
        """Seen by its own word, isolated as it went; never taken on another release."""
        return PlannedAction(
            name=name,
            node=node,
            reason=f"{node} comes up alone on {release}",
            deadline="boot_s",
            done_when=(
                runs(node, release),
                self.alone(node),
                self.closed(node),
                nothing_pending(node),
                *self.links_apart(),
                *self.none_pending(),
            ),
            stop_when=(
                StateCondition(
                    claim=StateClaim.BACK_ON_OTHER, node=node, release=release, since=reboot_key(node)
                ),
            ),
            apart=self.apart(links_down=True),
        )

    def halt(self, node: NodeName, release: str, purpose: SendPurpose) -> PlannedAction:
        """Only a node that was seen on the release of its peer, and boots it again."""
        key = halt_key(node)
        down = StateCondition(claim=StateClaim.WENT_DOWN, node=node, since=key)
        command = PlannedCommand(
            key=key,
            order=CommandKind.HALT,
            node=node,
            subject=node,
            software=self.software,
            purpose=purpose,
            is_once=True,
            needs=(runs(node, release), runs(node.peer, release), self.open(node.peer)),
            waits_for=tuple(nothing_pending(each) for each in NodeName),
            done_when=(down,),
        )
        return PlannedAction(
            name=ActionName.HALT_NODE,
            node=node,
            reason=f"{node} is down while the links are joined",
            deadline="commit_s",
            commands=(command,),
            done_when=(down,),
            apart=self.apart(links_down=True),
        )

    def join(self, node: NodeName, release: str) -> PlannedAction:
        """A person's work while ``node`` is halted. One that has booted before the links were in is not
        joined while it runs: it is halted again."""
        since = halt_key(node)
        return PlannedAction(
            name=ActionName.JOIN_LINKS,
            node=node,
            reason=f"{node} boots into the cluster",
            asks=(
                f"when the console of {node} says that it is halted, put the cables of control and fabric "
                f"link in again, and only then boot {node}"
            ),
            deadline="person_s",
            done_when=(
                StateCondition(claim=StateClaim.REBOOTED, node=node, since=since),
                *(runs(each, release) for each in NodeName),
                *self.links_joined(),
                StateCondition(claim=StateClaim.PRIMARY_OF_ALL, node=node.peer),
            ),
            stop_when=(
                StateCondition(claim=StateClaim.BACK_ON_OTHER, node=node, release=release, since=since),
                StateCondition(claim=StateClaim.BACK_ALONE, node=node, since=since),
            ),
            apart=self.apart(links_down=False),
        )

    def in_sync(self) -> PlannedAction:
        return PlannedAction(
            name=ActionName.WAIT_FOR_COLD_SYNC,
            reason="the nodes exchange sessions and state until each could take over",
            deadline="cold_sync_s",
            done_when=(*self.links_joined(), *(can_take_over(node) for node in NodeName)),
            apart=self.apart(links_down=False),
        )

    def put_back(self, primary: NodeName, release: str, purpose: SendPurpose) -> tuple[PlannedAction, ...]:
        """Of a cluster that is joined and in sync, from the primary of RG0. Ports first: monitoring would
        count one that is closed."""
        needs = (*(runs(node, release) for node in NodeName), leads(primary, 0))
        joined = (*self.links_joined(), *(can_take_over(node) for node in NodeName))
        is_open = tuple(self.open(node) for node in NodeName)
        ports = CommitStep(
            name=ActionName.OPEN_PORTS,
            node=primary,
            lines=(*opening(self.ports0), *opening(self.ports1)),
            reason="both nodes can carry traffic again",
            purpose=purpose,
            on=tuple(NodeName),
            links_down=False,
            needs=needs,
            waits_for=joined,
            done_when=is_open,
        )
        rest = CommitStep(
            name=ActionName.PUT_BACK,
            node=primary,
            lines=self.relaxed.undo,
            reason="what was switched off is on again",
            purpose=purpose,
            on=tuple(NodeName),
            links_down=False,
            needs=needs,
            waits_for=(*joined, *is_open),
            done_when=self.none_pending(),
        )
        return tuple(self.commit(step) for step in (ports, rest) if step.lines)


def reboot_key(node: NodeName) -> str:
    return f"reboot_{node}"


def halt_key(node: NodeName) -> str:
    return f"halt_{node}"
