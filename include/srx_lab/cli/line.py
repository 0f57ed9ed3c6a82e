"""One operational-mode line: pipes off, query answered, result in the form asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srx_lab.answering import GRAMMAR, ask
from srx_lab.cli.pipes import Display, Pipeline, UnknownPipe, apply, split_pipes
from srx_lab.device import Device
from srx_lab.grammar import SyntaxTrouble
from srx_lab.markup import Element, indented_lines, leaf, node
from srx_lab.replies.answer import Reply, RpcError, cli_trailer
from srx_lab.replies.scene import Query
from srx_lab.session import Session


@dataclass(frozen=True, kw_only=True)
class CommandLine:
    """The outcome of a line. `trouble` is the word at which the CLI stopped understanding."""

    device: Device
    pipeline: Pipeline
    reply: Reply
    trouble: str | None = None

    def lines(self) -> Iterator[str]:
        """What the terminal gets, filters applied."""
        if self.trouble is not None:
            return iter((f"error: syntax error, expecting <command>: {self.trouble}",))
        if self.pipeline.display is Display.XML:
            return apply(self.pipeline.filters, self._xml())
        return apply(self.pipeline.filters, self.reply.lines or iter(()))

    def _xml(self) -> Iterator[str]:
        release = self.device.here.release
        parts = [part if isinstance(part, Element) else _xnm_error(part) for part in self.reply.parts]
        trailer = cli_trailer(self.device.world, self.device.node)
        whole = node("rpc-reply", *parts, trailer, xmlns_junos=release.envelope_namespace)
        return (line.rstrip("\n") for line in indented_lines(whole))


def _xnm_error(error: RpcError) -> Element:
    """In the CLI an error inside XML is xnm:error [R for the element]."""
    ns = "http://xml.juniper.net/xnm/1.1/xnm"
    message = leaf("message", error.message)
    return Element("xnm:error", (("xmlns", ns), ("xmlns:xnm", ns)), (message,))


def parse_line(line: str) -> tuple[Pipeline, Query]:
    """The query of a line; raises SyntaxTrouble."""
    try:
        pipeline = split_pipes(line)
    except UnknownPipe as error:
        raise SyntaxTrouble(str(error)) from error
    words = pipeline.command.split()
    if words[:2] == ["show", "configuration"]:
        path = [word for word in words[2:] if word not in {"|", "inherit"}]
        wanted = (
            "set"
            if pipeline.display is Display.SET
            else "text"
            if pipeline.display is Display.TEXT
            else "xml"
        )
        return pipeline, Query(
            rpc="get-configuration", arguments={"format": wanted, "filter": " ".join(path)}
        )
    return pipeline, GRAMMAR.parse(pipeline.command)


async def run_line(device: Device, session: Session, line: str) -> CommandLine:
    """Answer one line. Configuration text is taken from the reply's lines, XML from its parts."""
    try:
        pipeline, query = parse_line(line)
    except SyntaxTrouble as trouble:
        device.record("command", session=session.number, via=session.kind.value, rpc="", said=line)
        return CommandLine(
            device=device, pipeline=Pipeline(command=line), reply=Reply(), trouble=trouble.word
        )
    if pipeline.display is Display.RPC:
        return CommandLine(device=device, pipeline=pipeline, reply=_rpc_form(query))
    reply = await ask(device, query, session, said=line)
    return CommandLine(device=device, pipeline=pipeline, reply=reply)


def _rpc_form(query: Query) -> Reply:
    """`| display xml rpc`."""
    arguments = (leaf(name, value) if value else Element(name) for name, value in query.arguments.items())
    whole = node("rpc-reply", node("rpc", node(query.rpc, *arguments)))
    return Reply(lines=(line.rstrip("\n") for line in indented_lines(whole)))
