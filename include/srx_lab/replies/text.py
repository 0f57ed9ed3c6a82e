"""The CLI's text of a reply, made from its XML. Layouts seen on devices are marked [R]; the rest is [U]."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from srx_lab.markup import Element

RULE = "-" * 74
"""Under a node's name [R]."""


def outline(element: Element) -> Iterator[str]:
    """Any reply as `name: value` lines indented by depth, where no device layout is known [U]."""
    yield from _outline(element, -1)


def _outline(element: Element, depth: int) -> Iterator[str]:
    label = element.tag.replace("-", " ").capitalize()
    if element.text is not None:
        yield f"{'  ' * max(0, depth)}{label}: {element.text.strip()}" if depth >= 0 else element.text
        return
    if depth >= 0:
        yield f"{'  ' * depth}{label}:"
    for child in element.children or ():
        yield from _outline(child, depth + 1)


def output(element: Element) -> Iterable[str]:
    """An `<output>` is its own text."""
    return (element.text or "").split("\n")


def version(element: Element) -> Iterator[str]:
    """[R for the first lines' order]; a pending release as on EX [R]."""
    yield f"Hostname: {element.value('host-name')}"
    yield f"Model: {element.value('product-model')}"
    yield f"Junos: {element.value('junos-version')}"
    if pending := element.value("junos-version-pending"):
        yield f"Pending: {pending}"
    for package in element.all("package-information"):
        yield package.value("comment")


def storage(element: Element) -> Iterator[str]:
    """As df -h prints it."""
    yield "Filesystem              Size       Used      Avail  Capacity   Mounted on"
    for each in element.all("filesystem"):
        sizes = [_format_of(each, tag) for tag in ("total-blocks", "used-blocks", "available-blocks")]
        yield (
            f"{each.value('filesystem-name'):<22}{sizes[0]:>6}{sizes[1]:>11}{sizes[2]:>11}"
            f"{each.value('used-percent'):>9}%  {each.value('mounted-on')}"
        )


def _format_of(element: Element, tag: str) -> str:
    child = element.child(tag)
    return dict(child.attributes).get("junos:format", "") if child else ""


def alarms(element: Element) -> Iterator[str]:
    count = element.value("alarm-summary", "active-alarm-count")
    if not count:
        yield "No alarms currently active"
        return
    yield f"{count} alarms currently active"
    yield "Alarm time               Class  Description"
    for each in element.all("alarm-detail"):
        yield f"{each.value('alarm-time'):<25}{each.value('alarm-class'):<7}{each.value('alarm-description')}"


def uptime(element: Element) -> Iterator[str]:
    yield f"Current time: {element.value('current-time', 'date-time')}"
    yield f"Time Source: {element.value('time-source'):>12}"
    for label, tag in (
        ("System booted", "system-booted-time"),
        ("Protocols started", "protocols-started-time"),
        ("Last configured", "last-configured-time"),
    ):
        if element.child(tag):
            by = f" by {element.value(tag, 'user')}" if tag == "last-configured-time" else ""
            yield f"{label}: {element.value(tag, 'date-time')} ({element.value(tag, 'time-length')} ago){by}"
    facts = element.child("uptime-information")
    if facts:
        loads = ", ".join(facts.value(f"load-average-{minutes}") for minutes in (1, 5, 15))
        yield (
            f"{facts.value('date-time')}  up {facts.value('up-time')}, "
            f"{facts.value('active-user-count')} users, load averages: {loads}"
        )


def directory(element: Element) -> Iterator[str]:
    """`file list`: the folder, its names, and a total in the detail style."""
    for folder in element.all("directory"):
        name = dict(folder.attributes).get("name")
        if name:
            yield f"{name}/:"
        for each in folder.all("file-information"):
            yield _file_line(each)
        if folder.child("total-files"):
            yield f"total files: {folder.value('total-files')}"


def _file_line(each: Element) -> str:
    name = each.value("file-name")
    if not each.child("file-size"):
        return name + ("/" if each.child("file-directory") else "")
    date = _format_of(each, "file-date") or each.value("file-date")
    mode = _format_of(each, "file-permissions") or "-rw-r--r--"
    return f"{mode}  1 root  wheel  {each.value('file-size'):>12} {date} {name}"


def hardware(element: Element) -> Iterator[str]:
    """Columns of ntc-templates' device data [R]."""
    yield "Hardware inventory:"
    yield "Item             Version  Part number  Serial number     Description"
    chassis = element.child("chassis")
    if chassis:
        serial = chassis.value("serial-number")
        yield f"{'Chassis':<39}{serial:<18}{chassis.value('description')}"
        yield from _modules(chassis, "")


def _modules(parent: Element, indent: str) -> Iterator[str]:
    for each in (*parent.all("chassis-module"), *parent.all("chassis-sub-module")):
        name, version = f"{indent}{each.value('name')}", each.value("version")
        part = each.value("part-number") or "BUILTIN"
        yield (
            f"{name:<17}{version:<9}{part:<13}{each.value('serial-number'):<18}{each.value('description')}"
        ).rstrip()
        yield from _modules(each, indent + "  ")


def routing_engine(element: Element) -> Iterator[str]:
    engine = element.child("route-engine")
    if engine is None:
        return
    yield "Routing Engine status:"
    for label, tag in (("Temperature", "temperature"), ("Total memory", "memory-system-total")):
        if engine.child(tag):
            yield f"    {label:<33}{engine.value(tag)}"
    for title, suffix in (("5 sec", ""), ("1 min", "1"), ("5 min", "2"), ("15 min", "3")):
        if engine.child(f"cpu-idle{suffix}"):
            yield f"    {title} CPU utilization:"
            for kind in ("user", "background", "system", "interrupt", "idle"):
                label = "Kernel" if kind == "system" else kind.capitalize()
                yield f"      {label:<31}{engine.value(f'cpu-{kind}{suffix}'):>3} percent"
    for label, tag in (
        ("Model", "model"),
        ("Start time", "start-time"),
        ("Uptime", "up-time"),
        ("Last reboot reason", "last-reboot-reason"),
    ):
        yield f"    {label:<33}{engine.value(tag)}"


def commits(element: Element) -> Iterator[str]:
    for each in element.all("commit-history"):
        yield (
            f"{each.value('sequence-number'):<4}{each.value('date-time')} by {each.value('user')} "
            f"via {each.value('client')} {each.value('comment')}".rstrip()
        )
        if each.child("log"):
            yield f"    {each.value('log')}"


def sessions(element: Element) -> Iterator[str]:
    for each in element.all("flow-session-information"):
        if each.child("flow-fpc-pic-id"):
            yield f"Flow Sessions {each.value('flow-fpc-pic-id')}"
        summary = each.child("flow-session-summary-information")
        for tag, label in (
            ("active-unicast-sessions", "Unicast-sessions"),
            ("active-multicast-sessions", "Multicast-sessions"),
            ("active-services-offload-sessions", "Services-offload-sessions"),
            ("failed-sessions", "Failed-sessions"),
            ("active-drop-sessions", "Drop-sessions"),
            ("active-sessions", "Sessions-in-use"),
            ("active-session-valid", "  Valid sessions"),
            ("active-session-pending", "  Pending sessions"),
            ("active-session-invalidated", "  Invalidated sessions"),
            ("active-session-other", "  Sessions in other states"),
            ("max-sessions", "Maximum-sessions"),
        ):
            yield f"{label}: {summary.value(tag) if summary else 0}"


def checksum(element: Element) -> Iterator[str]:
    for each in element.all("file-checksum"):
        method, name = each.value("computation-method"), each.value("input-file")
        yield f"{method} ({name}) = {each.value('checksum')}"
