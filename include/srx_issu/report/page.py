"""The page itself: templates with everything escaped, style and drawings inline, no script."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from srx_issu.report import wording
from srx_issu.report.bars import bar_chart
from srx_issu.report.gantt import chart
from srx_issu.report.story import Story


def render(story: Story) -> str:
    """HTML of one upgrade. Needs nothing from a network; prints on paper."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            story=story,
            charts=[chart(panel) for panel in story.timeline],
            bar_charts=[bar_chart(comparison) for comparison in story.traffic],
        )
    )


@cache
def environment() -> Environment:
    """Jinja with every expression escaped and a fault for every name that does not exist."""
    made = Environment(
        loader=FunctionLoader(_source),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else wording.plain(value),
    )
    for name in ("clock", "stamp", "duration", "size", "words_of", "figure"):
        made.filters[name] = getattr(wording, name)
    made.globals["style"] = Markup(_source("report.css"))  # noqa: S704 - a file of ours, no input
    return made


def _source(name: str) -> str:
    return files("srx_issu.report").joinpath("templates", name).read_text(encoding="utf-8")
