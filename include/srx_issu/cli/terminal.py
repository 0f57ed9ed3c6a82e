"""The operator's terminal: shows words of devices, of other people and of Airflow, and is steered by none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from srx_issu.domain.redaction.printable import printable


class Terminal(Console):
    """Rich's console without markup in texts, and with ``printable`` over every piece that is drawn.

    Here, and not where each text is printed: a table's cell is as foreign as a line.
    """

    def __init__(self, *, stderr: bool = False, record: bool = False, width: int | None = None) -> None:
        super().__init__(stderr=stderr, record=record, width=width, markup=False)

    def print(self, *objects: Any, **options: Any) -> None:
        """As rich's; whole lines first, for rich takes an escape sequence apart before it draws it."""
        super().print(*(printable(each) if isinstance(each, str) else each for each in objects), **options)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        for segment in super().render(renderable, options):
            if segment.control:  # rich's own, such as the cursor of a live table
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)
