"""``get-chassis-cluster-interfaces``: control and fabric links, reth interfaces."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.devices.parse.reply import Element, fragment, number, value
from srx_issu.domain.errors import ReplyNotUnderstood


@dataclass(frozen=True, kw_only=True)
class FabricChild:
    """One physical interface of a fabric link; ``Up   / Down`` is physical / monitored."""

    name: str
    physical_up: bool | None
    monitored_up: bool | None


@dataclass(frozen=True, kw_only=True)
class Reth:
    name: str
    is_up: bool | None
    group_id: int | None


@dataclass(frozen=True, kw_only=True)
class Links:
    """What holds the two nodes together. None: not shown by that release, or in unknown words."""

    control_up: bool | None
    control_interfaces: tuple[tuple[str, bool | None], ...]
    fabric_up: bool | None
    fabric_children: tuple[FabricChild, ...]
    reths: tuple[Reth, ...]


def links(node: str, body: Element) -> Links:
    """From ``chassis-cluster-interface-statistics``; ReplyNotUnderstood when its flat lists are broken."""
    return Links(
        control_up=_is_up(value(body, "control-interface-status")),
        control_interfaces=tuple(
            (name, _is_up(value(info, "control-link-interface-status")))
            for info in body.iter("control-information")
            if (name := value(info, "control-link-interface-name")) is not None
        ),
        fabric_up=_is_up(value(body, "dataplane-interface-status")),
        fabric_children=tuple(
            child for info in body.iter("fabric-information") for child in _children(node, info)
        ),
        reths=tuple(_reths(node, body)),
    )


def _children(node: str, info: Element) -> list[FabricChild]:
    """A fabric link without an interface in it (a second, unused one) has no child."""
    children: list[FabricChild] = []
    names = [element.text.strip() for element in info.iter("fabric-child-interface-name") if element.text]
    states = [(element.text or "").strip() for element in info.iter("fabric-child-interface-status")]
    if len(names) != len(states):
        raise ReplyNotUnderstood(node, "fabric interfaces and their states differ in number", fragment(info))
    for index, name in enumerate(names):
        physical, _, monitored = states[index].partition("/")
        children.append(FabricChild(name=name, physical_up=_is_up(physical), monitored_up=_is_up(monitored)))
    return children


def _reths(node: str, body: Element) -> list[Reth]:
    records: list[dict[str, Element]] = []
    for block in body.iter("reth"):
        for child in block:
            tag = str(child.tag)
            if tag == "reth-name":
                records.append({})
            if not records or tag in records[-1]:
                raise ReplyNotUnderstood(node, f"<{tag}> out of place in reth", fragment(block))
            records[-1][tag] = child
    return [
        Reth(
            name=(record["reth-name"].text or "").strip(),
            is_up=_is_up(value(record["reth-status"], ".")) if "reth-status" in record else None,
            group_id=number(node, record["redundancy-group-id-for-reth"], ".")
            if "redundancy-group-id-for-reth" in record
            else None,
        )
        for record in records
    ]


def _is_up(word: str | None) -> bool | None:
    return {"up": True, "down": False}.get(word.strip().lower()) if word else None
