"""The cluster before and after: release and place in every redundancy group, by each node's own word."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from srx_issu.domain.model import NodeName, NodeView, Snapshot
from srx_issu.ports import codec
from srx_issu.report.documents import Documents


@dataclass(frozen=True, kw_only=True)
class Change:
    """One fact of one node. ``after`` None = not looked at again."""

    node: str
    what: str
    before: str
    after: str | None

    @property
    def is_changed(self) -> bool:
        return self.after is not None and self.after != self.before


def changes(documents: Documents) -> tuple[Change, ...]:
    """Empty when no baseline snapshot can be read."""
    before = snapshot(documents, "baseline-snapshot.json")
    after = snapshot(documents, "after-snapshot.json")
    if before is None:
        return ()
    found: list[Change] = []
    for node in NodeName:
        old = _facts(before, node)
        new = _facts(after, node) if after else None
        for what in (*old, *(w for w in new or () if w not in old)):
            found.append(
                Change(
                    node=node.value,
                    what=what,
                    before=old.get(what, "not shown"),
                    after=new.get(what, "not shown") if new is not None else None,
                )
            )
    return tuple(found)


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
