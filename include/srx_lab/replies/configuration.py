"""The configuration as text, set lines and XML, whole or under a path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from srx_lab.editing.stanza import Stanza, below, curly_lines, elements, narrowed, set_lines
from srx_lab.markup import Element, leaf, stream
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.statements import statements
from srx_lab.replies.when import long_date


def chosen(scene: Scene, query: Query) -> Iterable[Stanza]:
    """The statements a query asks for: all, or those under its filter path."""
    path = (query.get("filter") or "").split()
    return narrowed(statements(scene), path) if path else statements(scene)


def _committed(scene: Scene) -> dict[str, str]:
    commits = scene.world.state.commits
    if not commits:
        return {}
    at = commits[0].at
    return {
        "junos_commit-seconds": str(int(at)),
        "junos_commit-localtime": long_date(at),
        "junos_commit-user": commits[0].user,
    }


def configuration(scene: Scene, query: Query) -> Element:
    """`<configuration>`, `<configuration-text>` or `<configuration-set>`, as `format` asks."""
    match query.get("format"):
        case "text":
            lines = "\n".join(
                [*_headers(scene), *curly_lines(chosen(scene, query)), *scene.world.state.committed_lines]
            )
            return leaf("configuration-text", lines, padded=True, ns="http://xml.juniper.net/xnm/1.1/xnm")
        case "set":
            lines = "\n".join(all_set_lines(scene, query))
            return leaf("configuration-set", lines, padded=True)
        case _:
            return stream(
                "configuration",
                elements(chosen(scene, query)),
                ns="http://xml.juniper.net/xnm/1.1/xnm",
                **_committed(scene),
            )


def _headers(scene: Scene) -> Iterator[str]:
    commits = scene.world.state.commits
    if commits:
        yield f"## Last commit: {long_date(commits[0].at)} by {commits[0].user}"


def all_set_lines(scene: Scene, query: Query) -> Iterator[str]:
    yield from set_lines(chosen(scene, query))
    if not query.get("filter"):
        yield from scene.world.state.committed_lines


def text(scene: Scene, query: Query) -> Iterator[str]:
    """What `show configuration` prints."""
    yield from _headers(scene)
    path = (query.get("filter") or "").split()
    stanzas: Iterable[Stanza] = statements(scene)
    if path:
        stanzas = below(stanzas, path)
    yield from curly_lines(stanzas)
