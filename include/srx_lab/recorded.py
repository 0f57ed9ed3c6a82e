"""Answers of a real cluster, as a bundle keeps them: given again as long as nothing has changed on the nodes.

The format of a bundle is a contract (docs/probe.md); nothing of the software that writes it is known here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from srx_lab.machine.words import NodeId

_FIRST_TAG = re.compile(r"<[\w:-]*rpc-reply\b[^>]*>")
_MESSAGE_ID = re.compile(r"\smessage-id=(\"[^\"]*\"|'[^']*')")
_EPOCH = re.compile(r"(\bseconds=\")(1\d{9})(\")")
_OF_THE_CLOCK = ("get-system-uptime-information", "show system uptime")

Place = tuple[str, NodeId, str]  # wire, node, request


@dataclass(frozen=True, kw_only=True, slots=True)
class RecordedAnswer:
    """What a node said then. ``at``: seconds since 1970; ``status`` of a line that was typed."""

    text: str
    at: float
    status: int = 0
    tells_time: bool = False

    def text_at(self, now: float) -> str:
        """With its clocks gone on since then."""
        if not self.tells_time or not self.at:
            return self.text
        late = round(now - self.at)
        return _EPOCH.sub(lambda found: f"{found[1]}{int(found[2]) + late}{found[3]}", self.text)


class Recording:
    """Every answer of a bundle. ``forget`` when something was changed: from then on none of them is true."""

    def __init__(self, exchanges: Iterable[Mapping[str, Any]]) -> None:
        self._answers = {place: answer for each in exchanges for place, answer in _answers(each)}

    def __len__(self) -> int:
        return len(self._answers)

    def forget(self) -> None:
        self._answers.clear()

    def to_rpc(self, node: NodeId, operation: etree._Element, message_id: str, now: float) -> str | None:
        """The whole rpc-reply, under the message id of who asks; None: nothing is recorded."""
        answer = self._answers.get(("netconf", node, request_text(operation)))
        if answer is None:
            return None
        text = answer.text_at(now)
        first = _FIRST_TAG.search(text)
        if first is None:
            return text
        tag = f'{_MESSAGE_ID.sub("", first[0])[:-1]} message-id="{message_id}">'
        return f"{text[: first.start()]}{tag}{text[first.end() :]}"

    def to_line(self, node: NodeId, line: str, now: float) -> tuple[str, int] | None:
        """Output and exit status of a line that came without a terminal."""
        answer = self._answers.get(("cli", node, line))
        return None if answer is None else (answer.text_at(now), answer.status)


def _answers(raw: Mapping[str, Any]) -> Iterable[tuple[Place, RecordedAnswer]]:
    if raw.get("reply") is None or raw.get("error") is not None:
        return
    request = str(raw["request"])
    tells_time = any(each in request for each in _OF_THE_CLOCK)
    answer = RecordedAnswer(
        text=str(raw["reply"]), at=float(raw["at"]), status=int(raw["status"] or 0), tells_time=tells_time
    )
    yield (str(raw["wire"]), NodeId(raw["node"]), request), answer


def request_text(operation: etree._Element) -> str:
    """The request as bundles have it: without namespaces, and without a word around it."""
    plain = etree.Element(etree.QName(operation).localname)
    for name, value in operation.attrib.items():
        plain.set(etree.QName(name).localname, str(value))
    plain.text = operation.text if (operation.text or "").strip() else None
    for child in operation:
        if isinstance(child.tag, str):
            leaf = etree.SubElement(plain, etree.QName(child).localname)
            leaf.text = child.text
    return etree.tostring(plain, encoding="unicode")
