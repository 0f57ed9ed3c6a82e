"""A NETCONF session as Junos speaks it: banner comments, hello, end-of-message framing, rpc-reply [R]."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from srx_lab.device import Device
from srx_lab.markup import Element, flat_lines
from srx_lab.replies.answer import Reply, RpcError
from srx_lab.session import Session
from srx_lab.wire.rpc import Call, read_call, run_call

BASE = "urn:ietf:params:xml:ns:netconf:base:1.0"
END = "]]>]]>"
_BLOCK = 32 * 1024

_CAPABILITIES = (
    "urn:ietf:params:netconf:base:1.0",
    "urn:ietf:params:netconf:capability:candidate:1.0",
    "urn:ietf:params:netconf:capability:confirmed-commit:1.0",
    "urn:ietf:params:netconf:capability:validate:1.0",
    "urn:ietf:params:netconf:capability:url:1.0?scheme=http,ftp,file",
    "urn:ietf:params:xml:ns:netconf:base:1.0?module=ietf-netconf&revision=2011-06-01",
    "urn:ietf:params:xml:ns:netconf:capability:candidate:1.0",
    "urn:ietf:params:xml:ns:netconf:capability:confirmed-commit:1.0",
    "urn:ietf:params:xml:ns:netconf:capability:validate:1.0",
    "urn:ietf:params:xml:ns:netconf:capability:url:1.0?scheme=http,ftp,file",
    "urn:ietf:params:xml:ns:yang:ietf-inet-types?module=ietf-inet-types&revision=2013-07-15",
    "urn:ietf:params:xml:ns:yang:ietf-yang-metadata?module=ietf-yang-metadata&revision=2016-08-05",
    "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring",
    "http://xml.juniper.net/netconf/junos/1.0",
    "http://xml.juniper.net/dmi/system/1.0",
    "http://yang.juniper.net/junos/jcmd?module=junos-configuration-metadata&revision=2021-09-01",
)
"""In the order of 24.4R1.9 [R]."""


class Pipe(Protocol):
    """The channel: text in and out. `cut` drops the whole connection."""

    async def read(self) -> str: ...

    async def write(self, text: str) -> None: ...

    def cut(self) -> None: ...


@dataclass(kw_only=True)
class NetconfSession:
    """Serves one channel until the client closes it."""

    device: Device
    session: Session
    pipe: Pipe

    async def serve(self) -> None:
        """Greet, then answer RPCs one after the other."""
        await self.pipe.write(hello(self.session.number, self.session.user))
        buffer = ""
        while True:
            text = await self.pipe.read()
            if not text:
                return
            buffer += text
            while END in buffer:
                message, buffer = buffer.split(END, 1)
                if not await self._handle(message):
                    return

    async def _handle(self, message: str) -> bool:
        """Answer one message; False ends the session."""
        message = message.strip()
        if not message:
            return True
        try:
            root = etree.fromstring(message.encode(), etree.XMLParser(resolve_entities=False, huge_tree=True))
        except etree.XMLSyntaxError:
            await self._send(
                {}, Reply(parts=(RpcError(message="syntax error", bad_element="rpc", padded=False),))
            )
            return True
        if etree.QName(root).localname != "rpc":
            return True
        call = read_call(root)
        if self._hangs():
            await asyncio.Event().wait()
        await self._delay()
        if (recorded := self._recorded(call)) is not None:
            await self.pipe.write(f"{recorded}\n{END}\n")
            return True
        reply = await run_call(self.device, self.session, call)
        await self._send(call.attributes, reply)
        return not call.closes

    def _recorded(self, call: Call) -> str | None:
        recording = self.device.cluster.recording
        if recording is None or call.operation is None:
            return None
        message_id = call.attributes.get("message-id", "")
        return recording.to_rpc(self.device.node, call.operation, message_id, self.device.world.now)

    def _hangs(self) -> bool:
        return self.device.world.fault("netconf_hangs", self.device.node) is not None

    async def _delay(self) -> None:
        slow = self.device.world.fault("slow_replies", self.device.node)
        if slow:
            await asyncio.sleep(slow.number("seconds"))

    async def _send(self, attributes: dict[str, str], reply: Reply) -> None:
        world, node = self.device.world, self.device.node
        release = self.device.here.release
        cut = world.fault("netconf_cut_in_reply", node)
        garbage = world.fault("netconf_garbage", node)
        limit = int(cut.number("after_bytes")) if cut else None
        if reply.unfinished:
            await self._begin(envelope(attributes, reply, release.envelope_namespace))
            return
        sent, block = 0, ""
        for piece in envelope(
            attributes, reply, release.envelope_namespace, prefixed=release.at_least(21, 1)
        ):
            block += piece.replace("</", "<", 1) if garbage else piece
            if limit is not None and sent + len(block) >= limit:
                await self.pipe.write(block[: limit - sent])
                self.pipe.cut()
                return
            if len(block) >= _BLOCK:
                await self.pipe.write(block)
                sent, block = sent + len(block), ""
                await asyncio.sleep(0)
        await self.pipe.write(block)

    async def _begin(self, pieces: Iterator[str]) -> None:
        """All of a reply but its end, until the node goes down [R py-junos-eznc issue 733]."""
        *begun, _ = pieces
        await self.pipe.write("".join(begun))
        await asyncio.Event().wait()


def hello(session_id: int, user: str) -> str:
    """Banner comments and capabilities [R]."""
    capabilities = "".join(f"    <nc:capability>{escape(each)}</nc:capability>\n" for each in _CAPABILITIES)
    return (
        "<!-- No zombies were killed during the creation of this user interface -->\n"
        f"<!-- user {user}, class j-super-user -->\n"
        f'<nc:hello xmlns:nc="{BASE}">\n'
        "   <nc:capabilities>\n"
        f"{capabilities}"
        "  </nc:capabilities>\n"
        f"  <nc:session-id>{session_id}</nc:session-id>\n"
        f"</nc:hello>\n{END}\n"
    )


def envelope(attributes: dict[str, str], reply: Reply, junos: str, *, prefixed: bool = True) -> Iterator[str]:
    """The reply as it goes over the wire, piece by piece; `nc:` prefixes on newer releases [R][U]."""
    prefix = "nc:" if prefixed else ""
    declared = f'xmlns:nc="{BASE}"' if prefixed else f'xmlns="{BASE}"'
    echoed = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    yield f'<{prefix}rpc-reply {declared} xmlns:junos="{junos}"{echoed}>\n'
    within = (
        f"{prefix if reply.within == 'data' else ''}{reply.within}"  # data is an element of NETCONF itself
    )
    yield f"<{within}>\n" if reply.within else ""
    for part in reply.parts:
        if isinstance(part, Element):
            yield from flat_lines(part)
        else:
            yield from error_lines(part, prefix)
    for text in reply.raw:
        yield escape(text)
    if reply.ok:
        yield f"<{prefix}ok/>\n"
    yield f"</{within}>\n" if reply.within else ""
    yield f"</{prefix}rpc-reply>\n{END}\n"


def error_lines(error: RpcError, prefix: str) -> Iterator[str]:
    """`rpc-error` as captured; a syntax error carries its bad element [R]."""
    text = escape(error.message)
    yield f"<{prefix}rpc-error>\n"
    yield f"<{prefix}error-type>protocol</{prefix}error-type>\n"
    yield f"<{prefix}error-tag>{error.tag}</{prefix}error-tag>\n"
    yield f"<{prefix}error-severity>{error.severity}</{prefix}error-severity>\n"
    if error.parse:
        yield "<parse/>\n"
    gap = "\n" if error.padded else ""
    yield f"<{prefix}error-message>{gap}{text}{gap}</{prefix}error-message>\n"
    yield from _error_info(error, prefix)
    yield f"</{prefix}rpc-error>\n"


def _error_info(error: RpcError, prefix: str) -> Iterator[str]:
    found = {"bad-element": error.bad_element, "session-id": error.session}
    told = {name: value for name, value in found.items() if value is not None}
    if told:
        yield f"<{prefix}error-info>\n"
        for name, value in told.items():
            yield f"<{prefix}{name}>{escape(str(value))}</{prefix}{name}>\n"
        yield f"</{prefix}error-info>\n"


__all__ = ["Call", "NetconfSession", "Pipe", "envelope", "hello"]
