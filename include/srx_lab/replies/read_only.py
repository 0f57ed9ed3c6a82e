"""How a read-only command is told: its CLI words, its RPC, what it answers, and how that reads as text."""

from __future__ import annotations

from srx_lab.replies import text
from srx_lab.replies.scene import Body, Show, Text

NEW_API = (18, 1)
"""The `detail *` RPCs are not in the 17.4R1 model [Y]; the release that brought them is [U]."""


def read_only(  # noqa: PLR0913 - the columns of the tables of commands
    cli: str,
    rpc: str,
    body: Body,
    render: Text = text.outline,
    *,
    forwarded: bool = True,
    routing_only: bool = False,
    since: tuple[int, int] = (0, 0),
    options: dict[str, tuple[str, bool]] | None = None,
    preset: dict[str, str] | None = None,
    positionals: tuple[str, ...] = (),
) -> Show:
    return Show(
        cli=cli,
        rpc=rpc,
        body=body,
        text=render,
        per_node=forwarded and not routing_only,
        routing=routing_only,
        since=since,
        options=options or {},
        preset=preset or {},
        positionals=positionals,
    )
