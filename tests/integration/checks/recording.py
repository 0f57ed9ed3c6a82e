"""What the lab's nodes answered, kept, so that the same answers can be spoilt in many ways."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace

from lxml import etree

from srx_issu.adapters.devices.parse.reply import Element
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import CommandRefused
from tests.integration.checks.lab_nodes import LabNodes


@dataclass(kw_only=True)
class Recording(LabNodes):
    """The first question is the lab's to answer; asked again, the answers come in the same order."""

    kept: dict[tuple[NodeName, bytes], list[str]] = field(default_factory=lambda: defaultdict(list))
    told: dict[tuple[NodeName, bytes], int] = field(default_factory=lambda: defaultdict(int))
    is_whole: bool = False

    @classmethod
    def of(cls, nodes: LabNodes, image_path: str) -> Recording:
        """Looks once at everything."""
        made = cls(cluster=nodes.cluster, clock=nodes.clock, silent=nodes.silent, spoil=nodes.spoil)
        made.look(image_path)
        made.is_whole = True
        return made

    def again(self) -> Recording:
        """From the first answer on."""
        return replace(self, told=defaultdict(int))

    def _answered(self, node: NodeName, operation: Element) -> str:
        key = (node, etree.tostring(operation))
        if not self.is_whole:
            self.kept[key].append(super()._answered(node, operation))
            return self.kept[key][-1]
        answers = self.kept.get(key)
        if not answers:  # only asked because something else was spoilt: by another form of the question
            raise CommandRefused(node, "syntax error")
        self.told[key] += 1
        return answers[min(self.told[key], len(answers)) - 1]
