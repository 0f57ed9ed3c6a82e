"""The page itself: templates with everything escaped, style and drawings inline, no script."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from srx_issu.report import formatting
from srx_issu.report.bars import bar_chart
from srx_issu.report.gantt import chart
from srx_issu.report.model import ReportModel
from srx_issu.report.verdicts import css_class

HERE = "srx_issu.report"


def render(report: ReportModel) -> str:
    """HTML of one upgrade. Needs nothing from a network; prints on paper."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            report=report,
            charts=[chart(panel) for panel in report.timeline],
            overview=[bar_chart(comparison) for comparison in report.traffic.overview],
            by_service=[bar_chart(comparison) for comparison in report.traffic.by_service],
        )
    )


@cache
def environment(package: str = HERE) -> Environment:
    """Jinja with every expression escaped and a fault for every name that does not exist.

    ``package`` may bring templates of its own, beside the report's.
    """
    made = Environment(
        loader=FunctionLoader(partial(_source, package)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: value if isinstance(value, Markup) else formatting.plain(value),
    )
    for name in ("clock", "stamp", "duration", "size", "step_label", "figure"):
        made.filters[name] = getattr(formatting, name)
    made.globals["css_class"] = css_class
    made.globals["style"] = Markup(_source(HERE, "report.css"))  # noqa: S704 - a file of ours, no input
    return made


def _source(package: str, name: str) -> str:
    own = files(package).joinpath("templates", name)
    found = own if own.is_file() else files(HERE).joinpath("templates", name)
    return found.read_text(encoding="utf-8")
