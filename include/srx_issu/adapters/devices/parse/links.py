"""``get-chassis-cluster-interfaces``: control and fabric links, reth interfaces."""

from __future__ import annotations

from dataclasses import dataclass

from srx_issu.adapters.devices.parse.reply import Element, fragment, number, value
from srx_issu.domain.errors import ReplyNotUnderstood


@dataclass(frozen=True, kw_only=True)
class FabricChild:
    """One physical interface of a fabric link; ``Up   / Down`` is physical / monitored."""

    name: str
    physical: str
    monitored: str | None


@dataclass(frozen=True, kw_only=True)
class Reth:
    name: str
    status: str | None
    group_id: int | None


@dataclass(frozen=True, kw_only=True)
class Links:
    """What holds the two nodes together, in the node's words: ``Up``, ``Down``. None: not shown."""

    control: str | None
    control_interfaces: tuple[tuple[str, str | None], ...]
    fabric: str | None
    fabric_children: tuple[FabricChild, ...]
    reths: tuple[Reth, ...]


def links(node: str, body: Element) -> Links:
    """From ``chassis-cluster-interface-statistics``; ReplyNotUnderstood when its flat lists are broken."""
    return Links(
        control=value(body, "control-interface-status"),
        control_interfaces=tuple(
            (name, value(info, "control-link-interface-status"))
            for info in body.iter("control-information")
            if (name := value(info, "control-link-interface-name")) is not None
        ),
        fabric=value(body, "dataplane-interface-status"),
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
        physical, _, monitored = (part.strip() for part in states[index].partition("/"))
        children.append(FabricChild(name=name, physical=physical, monitored=monitored or None))
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
            status=value(record["reth-status"], ".") if "reth-status" in record else None,
            group_id=number(node, record["redundancy-group-id-for-reth"], ".")
            if "redundancy-group-id-for-reth" in record
            else None,
        )
        for record in records
    ]
