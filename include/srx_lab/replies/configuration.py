"""The configuration as text, set lines, XML and JSON, whole or under a path, with or without its groups."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from srx_lab.editing.changes import Changes
from srx_lab.editing.groups import inherited
from srx_lab.editing.stanza import Stanza, below, curly_lines, elements, json_value, narrowed, set_lines
from srx_lab.markup import Element, leaf, stream
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.statements import statements
from srx_lab.replies.when import long_date

_XNM = "http://xml.juniper.net/xnm/1.1/xnm"


def with_lines(scene: Scene, lines: Sequence[str]) -> Iterator[Stanza]:
    """The topology's configuration as edits leave it."""
    return Changes(lines).applied(statements(scene))


def _whole(scene: Scene, query: Query, lines: Sequence[str]) -> Iterable[Stanza]:
    whole = with_lines(scene, lines)
    return inherited(whole, scene.node.value) if query.has("inherit") else whole


def _chosen(scene: Scene, query: Query, lines: Sequence[str]) -> Iterable[Stanza]:
    """The statements a query asks for: all, or those on one of its filter's paths, one a line."""
    paths = [path.split() for path in (query.get("filter") or "").splitlines()]
    whole = _whole(scene, query, lines)
    return narrowed(whole, paths) if paths else whole


def _committed(scene: Scene) -> dict[str, str]:
    commits = scene.here.configuration.commits
    if not commits:
        return {}
    at = commits[0].at
    return {
        "junos_commit-seconds": str(int(at)),
        "junos_commit-localtime": long_date(at),
        "junos_commit-user": commits[0].user,
    }


def configuration(scene: Scene, query: Query, lines: Sequence[str] = ()) -> Element:
    """`<configuration>`, `<configuration-text>` or `<configuration-set>`, as `format` asks."""
    match query.get("format"):
        case "text":
            text = "\n".join([*_headers(scene), *curly_lines(_chosen(scene, query, lines))])
            return leaf("configuration-text", text, padded=True, ns=_XNM)
        case "set":
            return leaf("configuration-set", "\n".join(all_set_lines(scene, query, lines)), padded=True)
        case _:
            made = elements(_chosen(scene, query, lines), origins=query.has("groups"))
            return stream("configuration", made, ns=_XNM, **_committed(scene))


def as_json(scene: Scene, query: Query, lines: Sequence[str] = ()) -> Iterator[str]:
    """The same as JSON text; what the root says of the commit is under `@`."""
    told = {name.replace("junos_", "junos:"): value for name, value in _committed(scene).items()}
    inside = {"@": {"xmlns": _XNM, **told}, **json_value(_chosen(scene, query, lines))}
    yield from json.JSONEncoder(indent=4).iterencode({"configuration": inside})
    yield "\n"


def _headers(scene: Scene) -> Iterator[str]:
    commits = scene.here.configuration.commits
    if commits:
        yield f"## Last commit: {long_date(commits[0].at)} by {commits[0].user}"


def all_set_lines(scene: Scene, query: Query, lines: Sequence[str] = ()) -> Iterator[str]:
    return set_lines(_chosen(scene, query, lines))


def text(scene: Scene, query: Query, lines: Sequence[str] = ()) -> Iterator[str]:
    """What `show configuration` prints: the inside of a hierarchy, where one is named."""
    path = (query.get("filter") or "").split()
    whole = _whole(scene, query, lines)
    if not path:
        yield from _headers(scene)
    yield from curly_lines(below(whole, path) if path else whole)
