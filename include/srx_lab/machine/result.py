"""What a command answers: lines, each with a severity, per node where the CLI prints node banners."""

from __future__ import annotations

from dataclasses import dataclass

from srx_lab.machine.words import NodeId, Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Lines of one node (None: no node banner). `severity` decides between output and rpc-error."""

    text: str
    node: NodeId | None = None
    severity: Severity = Severity.OUTPUT


@dataclass(frozen=True, kw_only=True, slots=True)
class CommandResult:
    """Everything a command said at once; `upgrade` is set when an upgrade now streams its transcript.

    `unfinished`: the RPC's reply has a beginning and no end.
    """

    answers: tuple[Answer, ...] = ()
    upgrade: int | None = None
    unfinished: bool = False

    @property
    def failed(self) -> bool:
        return any(answer.severity is Severity.ERROR for answer in self.answers)

    @property
    def text(self) -> str:
        return "\n".join(answer.text for answer in self.answers)


def says(text: str, node: NodeId | None = None) -> CommandResult:
    return CommandResult(answers=(Answer(text=text, node=node),))


def fails(text: str, node: NodeId | None = None) -> CommandResult:
    return CommandResult(answers=(Answer(text=text, node=node, severity=Severity.ERROR),))


def warns(text: str, node: NodeId | None = None) -> CommandResult:
    return CommandResult(answers=(Answer(text=text, node=node, severity=Severity.WARNING),))
