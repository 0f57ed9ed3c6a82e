"""The cluster whenever it was looked at: each node's release and place in every group, by its own word."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from srx_issu.domain.cluster.model import NodeName, NodeView, Snapshot
from srx_issu.ports import codec
from srx_issu.report.documents import Documents

MOMENTS = {
    "Before": "baseline-snapshot.json",
    "After the ISSU": "after-snapshot.json",
    "At the end": "final-snapshot.json",
}

_AFTER_RECOVERY = {"Before": MOMENTS["Before"], "After the recovery": MOMENTS["After the ISSU"]}


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One fact of one node, a value for each moment."""

    node: str
    what: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Moments:
    """The cluster at each moment it was looked at as a whole; ``names`` are those moments."""

    names: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


def moments(documents: Documents) -> Moments:
    """Empty when no snapshot can be read."""
    files = _AFTER_RECOVERY if _was_put_back(documents) else MOMENTS
    seen = {name: found for name, file in files.items() if (found := snapshot(documents, file))}
    facts: list[Fact] = []
    for node in NodeName:
        columns = [_facts(found, node) for found in seen.values()]
        for what in dict.fromkeys(label for column in columns for label in column):
            values = tuple(column.get(what, "not shown") for column in columns)
            facts.append(Fact(node=node.value, what=what, values=values))
    return Moments(names=tuple(seen), facts=tuple(facts))


def _was_put_back(documents: Documents) -> bool:
    """After a recovery forward the upgrade is verified as usual, and looked at once more in the end."""
    final = documents.newest(MOMENTS["At the end"])
    return documents.newest("recovery-plan.json") is not None and final is None


def releases(documents: Documents) -> tuple[str, ...]:
    """What ran before, one or two releases; empty when it is not known."""
    before = snapshot(documents, "baseline-snapshot.json")
    running = [view.release for view in before.views if view.release] if before else []
    return tuple(dict.fromkeys(running))


def snapshot(documents: Documents, name: str) -> Snapshot | None:
    """None when there is none, or none that this version can read."""
    content = documents.newest(name)
    if content is None:
        return None
    try:
        return codec.loads(Snapshot, content)
    except ValidationError:
        return None


def _facts(seen: Snapshot, node: NodeName) -> dict[str, str]:
    view = seen.view(node)
    if not view.reachable:
        return {"release": f"does not answer: {view.error or 'no reason known'}"}
    facts = {"release": view.release or "not shown"}
    for group in view.groups:
        facts[f"RG{group.group_id}"] = _place(view, group.group_id)
    return facts


def _place(view: NodeView, group_id: int) -> str:
    group = view.group(group_id)
    member = group.member(view.node) if group else None
    if member is None:
        return "not shown"
    priority = f", priority {member.priority}" if member.priority is not None else ""
    return f"{member.state}{priority}{', manual' if member.manual else ''}"
