"""`show chassis environment` and the temperatures it is judged by.

Elements and their order from https://github.com/napalm-automation/napalm/issues/1183, an SRX cluster on
15.1X49 [R]; which sensors a model has, and their figures, are the lab's own [U].
"""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.markup import Element, leaf, node
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene

_SENSORS = ("Routing Engine", "Routing Engine CPU", "FPC 0 Intake", "FPC 0 Exhaust")
_CELSIUS = 35
_THRESHOLDS = (
    ("fan-normal-speed", 35),
    ("fan-high-speed", 56),
    ("bad-fan-yellow-alarm", 40),
    ("bad-fan-red-alarm", 65),
    ("yellow-alarm", 60),
    ("red-alarm", 75),
    ("fire-shutdown", 100),
)


def environment(scene: Scene, query: Query) -> Element:
    """Only the first item of a class names the class."""
    return node("environment-information", *_items(), ns=scene.ns("junos-chassis"))


def _items() -> Iterator[Element]:
    for index, name in enumerate(_SENSORS):
        yield _item(name, "Temp" if index == 0 else "", _temperature(_CELSIUS + index))
    for index in range(4):
        yield _item(f"Fan {index}", "Fans" if index == 0 else "", leaf("comment", "Spinning at normal speed"))
    for index in range(2):
        yield _item(f"PEM {index}", "Power" if index == 0 else "", None)


def _item(name: str, kind: str, more: Element | None) -> Element:
    named = leaf("class", kind) if kind else None
    return node("environment-item", leaf("name", name), named, leaf("status", "OK"), more)


def _temperature(celsius: int) -> Element:
    shown = f"{celsius} degrees C / {celsius * 9 // 5 + 32} degrees F"
    return leaf("temperature", shown, junos_celsius=str(celsius))


def thresholds(scene: Scene, query: Query) -> Element:
    return node(
        "temperature-threshold-information",
        *(
            node(
                "temperature-threshold",
                leaf("name", name),
                *(leaf(tag, celsius) for tag, celsius in _THRESHOLDS),
            )
            for name in ("Chassis default", "Routing Engine")
        ),
        ns=scene.ns("junos-chassis"),
    )


def environment_text(element: Element) -> Iterator[str]:
    """Class, item, status and measurement in columns [D]."""
    yield "Class Item                           Status     Measurement"
    for each in element.all("environment-item"):
        measured = each.value("temperature") or each.value("comment")
        yield f"{each.value('class'):<6}{each.value('name'):<31}{each.value('status'):<11}{measured}".rstrip()


SHOWS = (
    read_only("show chassis environment", "get-environment-information", environment, environment_text),
    read_only("show chassis temperature-thresholds", "get-temperature-threshold-information", thresholds),
)
