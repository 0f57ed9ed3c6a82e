"""`show chassis ...`: inventory, FPCs and PICs, routing engine, alarms."""

# ruff: noqa: ARG001 - every body takes scene and query

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from srx_lab.machine.gauges import busy_percent
from srx_lab.machine.state import Alarm
from srx_lab.machine.words import ColdSync
from srx_lab.markup import Element, empty, leaf, node
from srx_lab.replies import text
from srx_lab.replies.cards import Card, cards
from srx_lab.replies.read_only import read_only
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.when import clock_of, dated, wordy_span


def serial(scene: Scene, part: str = "chassis") -> str:
    """A serial number that stays the same for a node."""
    text = f"{scene.spec.name}/{scene.node}/{part}"
    return "CZ" + hashlib.blake2b(text.encode(), digest_size=5).hexdigest().upper()


def inventory(scene: Scene, query: Query) -> Element:
    platform = scene.spec.platform
    return node(
        "chassis-inventory",
        node(
            "chassis",
            leaf("name", "Chassis"),
            leaf("serial-number", serial(scene)),
            leaf("description", platform.chassis),
            node(
                "chassis-module",
                leaf("name", "Midplane"),
                leaf("serial-number", serial(scene, "midplane")),
                leaf("description", platform.model.removesuffix("-RE3")),
            ),
            node(
                "chassis-module",
                leaf("name", "Routing Engine 0"),
                leaf("serial-number", serial(scene, "re")),
                leaf("description", platform.re_model),
            ),
            *(_fpc_module(scene, card) for card in cards(scene)),
        ),
        ns=scene.ns("junos-chassis"),
    )


def _fpc_module(scene: Scene, card: Card) -> Element:
    return node(
        "chassis-module",
        leaf("name", f"FPC {card.slot}"),
        leaf("serial-number", serial(scene, f"fpc{card.slot}")),
        leaf("description", card.description),
        *(
            node(
                "chassis-sub-module",
                leaf("name", f"PIC {pic.number}"),
                leaf("serial-number", "BUILTIN"),
                leaf("description", pic.kind),
            )
            for pic in card.pics
        ),
    )


def _slot_state(scene: Scene) -> str:
    """Cards come online some time after the node; in the lab when the node has joined [U]."""
    if scene.here.cards_down:
        return "Offline"
    return "Present" if scene.here.cold_sync is ColdSync.UNKNOWN else "Online"


def fpcs(scene: Scene, query: Query) -> Element:
    state = _slot_state(scene)
    busy = busy_percent(scene.world, scene.node) // 2
    return node(
        "fpc-information",
        *(
            node(
                "fpc",
                leaf("slot", card.slot),
                leaf("state", state),
                leaf("temperature", 34, junos_celsius="34"),
                leaf("cpu-total", busy),
                leaf("cpu-interrupt", 0),
                leaf("memory-dram-size", 2048),
                leaf("memory-heap-utilization", 21),
                leaf("memory-buffer-utilization", 28),
            )
            for card in cards(scene)
        ),
        ns=scene.ns("junos-chassis"),
        junos_style="brief",
    )


def pics(scene: Scene, query: Query) -> Element:
    state = _slot_state(scene)
    return node(
        "fpc-information",
        *(
            node(
                "fpc",
                leaf("slot", card.slot),
                leaf("state", state),
                leaf("description", card.description),
                *_pics_of(scene, card, state),
            )
            for card in cards(scene)
        ),
        ns=scene.ns("junos-chassis"),
        junos_style="pic-style",
    )


def _pics_of(scene: Scene, card: Card, state: str) -> Iterator[Element]:
    for pic in card.pics:
        offline = pic.is_offline or (card.slot, pic.number) in scene.here.offline_pics
        yield node(
            "pic",
            leaf("pic-slot", pic.number),
            leaf("pic-state", "Offline" if offline else state),
            leaf("pic-type", pic.kind),
        )


def routing_engine(scene: Scene, query: Query) -> Element:
    """cpu-idle is of 5 s and noisy; the sets 1, 2, 3 cover 1, 5 and 15 minutes [R]. vSRX has one set [R]."""
    booted = clock_of(scene.world, scene.node, scene.here.booted_at)
    virtual = scene.spec.platform.model == "vSRX"
    spans = ((1, ""),) if virtual else ((1, ""), (12, "1"), (12, "2"), (12, "3"))
    load = busy_percent(scene.world, scene.node, span=12) / 30
    return node(
        "route-engine-information",
        node(
            "route-engine",
            leaf("status", "Testing" if virtual else "OK"),
            *(() if virtual else _temperatures()),
            *_memory(virtual),
            *(each for span, suffix in spans for each in _cpu(scene, span, suffix)),
            leaf("model", scene.spec.platform.re_model),
            None if virtual else leaf("serial-number", "BUILTIN"),
            dated("start-time", booted),
            leaf("up-time", wordy_span(scene.now - scene.here.booted_at),
                 junos_seconds=str(int(scene.now - scene.here.booted_at))),
            leaf("last-reboot-reason", scene.here.reboot_reason),
            leaf("load-average-one", f"{load:.2f}"),
            leaf("load-average-five", f"{load * 1.1:.2f}"),
            leaf("load-average-fifteen", f"{load * 1.05:.2f}"),
        ),
        ns=scene.ns("junos-chassis"),
    )  # fmt: skip


def _temperatures() -> tuple[Element, ...]:
    text = "35 degrees C / 95 degrees F"
    return (
        leaf("temperature", text, junos_celsius="35"),
        leaf("cpu-temperature", text, junos_celsius="35"),
    )


def _memory(virtual: bool) -> tuple[Element, ...]:
    if not virtual:
        return (
            leaf("memory-system-total", 65_448),
            leaf("memory-system-total-used", 19_634),
            leaf("memory-system-total-util", 30),
            leaf("memory-buffer-utilization", 30),
        )
    return (
        leaf("memory-system-total", 4035),
        leaf("memory-system-total-used", 2542),
        leaf("memory-system-total-util", 63),
        leaf("memory-control-plane", 1731),
        leaf("memory-control-plane-used", 917),
        leaf("memory-control-plane-util", 53),
        leaf("memory-data-plane", 2304),
        leaf("memory-data-plane-used", 1636),
        leaf("memory-data-plane-util", 71),
    )


def _cpu(scene: Scene, span: int, suffix: str) -> Iterator[Element]:
    back = {"": 0.0, "1": 0.0, "2": 60.0, "3": 300.0}[suffix]
    busy = busy_percent(scene.world, scene.node, back_s=back, span=span)
    interrupt = 1 if busy > 5 else 0
    system = (busy - interrupt) * 2 // 5
    yield leaf(f"cpu-user{suffix}", busy - interrupt - system)
    yield leaf(f"cpu-background{suffix}", 0)
    yield leaf(f"cpu-system{suffix}", system)
    yield leaf(f"cpu-interrupt{suffix}", interrupt)
    yield leaf(f"cpu-idle{suffix}", 100 - busy)


def chassis_alarms(scene: Scene, query: Query) -> Element:
    return _alarms(scene, [alarm for alarm in scene.here.alarms if alarm.chassis])


def system_alarms(scene: Scene, query: Query) -> Element:
    """System alarms include the chassis alarms of the node [R]."""
    alarms = list(scene.here.alarms)
    if not scene.here.rescue_saved:
        text = "Rescue configuration is not set"
        alarms.append(
            Alarm(
                at=scene.here.joined_at,
                alarm_class="Minor",
                description=text,
                short="no-rescue",
                kind="Configuration",
                chassis=False,
            )
        )
    return _alarms(scene, alarms)


def _alarms(scene: Scene, alarms: list[Alarm]) -> Element:
    if not alarms:
        summary = node("alarm-summary", empty("no-active-alarms"))
        return node("alarm-information", summary, ns=scene.ns("junos-alarm"))
    return node(
        "alarm-information",
        node("alarm-summary", leaf("active-alarm-count", len(alarms))),
        *(_alarm(scene, alarm) for alarm in alarms),
        ns=scene.ns("junos-alarm"),
    )


def _alarm(scene: Scene, alarm: Alarm) -> Element:
    return node(
        "alarm-detail",
        dated("alarm-time", clock_of(scene.world, scene.node, alarm.at)),
        leaf("alarm-class", alarm.alarm_class),
        leaf("alarm-description", alarm.description),
        leaf("alarm-short-description", alarm.short),
        leaf("alarm-type", alarm.kind),
    )


SHOWS = (
    read_only(
        "show chassis hardware",
        "get-chassis-inventory",
        inventory,
        text.hardware,
        options={"detail": ("detail", False), "extensive": ("extensive", False)},
    ),
    read_only("show chassis fpc", "get-fpc-information", fpcs, options={"detail": ("detail", False)}),
    read_only("show chassis fpc pic-status", "get-pic-information", pics),
    read_only(
        "show chassis routing-engine", "get-route-engine-information", routing_engine, text.routing_engine
    ),
    read_only("show chassis alarms", "get-alarm-information", chassis_alarms, text.alarms),
    read_only("show system alarms", "get-system-alarm-information", system_alarms, text.alarms),
)
