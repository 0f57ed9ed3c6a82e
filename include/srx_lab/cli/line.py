"""One operational-mode line: pipes off, query answered, result in the form asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from srx_lab.answering import GRAMMAR, ask
from srx_lab.cli.pipes import Display, Pipeline, UnknownPipe, apply, split_pipes
from srx_lab.device import Device
from srx_lab.grammar import SyntaxTrouble
from srx_lab.markup import Element, indented_lines, leaf, node
from srx_lab.replies.answer import Reply, RpcError, cli_trailer
from srx_lab.replies.json_form import json_text
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
        if self.pipeline.display in {Display.XML, Display.RPC}:
            return apply(self.pipeline.filters, self._xml())
        if self.pipeline.display is Display.JSON and not self.reply.raw:
            return apply(self.pipeline.filters, iter("".join(self._json()).splitlines()))
        return apply(self.pipeline.filters, self.reply.lines or iter(()))

    def _json(self) -> Iterator[str]:
        return json_text(part if isinstance(part, Element) else _xnm_error(part) for part in self.reply.parts)

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
        return pipeline, _configuration_query(pipeline, words[2:])
    return pipeline, GRAMMAR.parse(pipeline.command)


_FORMATS = {Display.SET: "set", Display.TEXT: "text", Display.JSON: "json"}


def _configuration_query(pipeline: Pipeline, path: list[str]) -> Query:
    """What is committed; compared with a revision where the line asks for that."""
    arguments = {"format": _FORMATS.get(pipeline.display, "xml"), "filter": " ".join(path)}
    compared = next((argument for name, argument in pipeline.filters if name == "compare"), None)
    if pipeline.inherit:
        arguments["inherit"] = "inherit"
    if compared is not None:
        arguments |= {"compare": "rollback", "rollback": (re.findall(r"\d+", compared) or ["0"])[0]}
    return Query(rpc="get-configuration", arguments={**arguments, "database": "committed"})


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
    arguments = [leaf(name, value) if value else Element(name) for name, value in query.arguments.items()]
    return Reply(parts=(node("rpc", node(query.rpc, *arguments)),))
