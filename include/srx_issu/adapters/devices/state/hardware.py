"""Rows about a node's hardware and what it may use: load, alarms, cards, licenses, signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from srx_issu.adapters.devices.parse.capacity import routing_engine
from srx_issu.adapters.devices.parse.reply import Element, fragment, number
from srx_issu.adapters.devices.question import by_rpc_or_cli
from srx_issu.adapters.devices.state.reply import lines, moment, need, need_number, need_words, words
from srx_issu.adapters.devices.state.table_question import NOT_IN_USE, of_both, of_each
from srx_issu.domain.cluster import rows
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.errors import ReplyNotUnderstood

_MODULE = re.compile(r"chassis(-sub)*-module")
_CARD = re.compile(r"(Routing Engine|FPC|PIC|MIC|S?CB|SPC|IOC)\b")


def engine(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.RoutingEngine]:
    found = need(part, "route-engine", node)
    yield rows.RoutingEngine(
        model=words(found, "model"),
        status=words(found, "status"),
        last_reboot_reason=words(found, "last-reboot-reason"),
    )


def cpu(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.CpuSample]:
    found = routing_engine(node, part)
    yield rows.CpuSample(busy_percent=found.cpu_percent, busy_1min_percent=found.cpu_1min_percent)


def alarms(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Alarm]:
    """Raises when neither "no active alarms" nor a count is there, or fewer alarms than counted."""
    info = need(part, "alarm-information", node)
    found = list(info.iter("alarm-detail"))
    if next(info.iter("no-active-alarms"), None) is None:
        counted = need_number(info, "alarm-summary/active-alarm-count", node)
        if len(found) < counted:
            raise ReplyNotUnderstood(node, f"{counted} alarms announced, {len(found)} listed", fragment(info))
    for one in found:
        yield rows.Alarm(
            alarm_class=need_words(one, "alarm-class", node),
            text=need_words(one, "alarm-description", node),
            kind=words(one, "alarm-type"),
            since=moment(one, "alarm-time"),
        )


def pics(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Pic]:
    for fpc in need(part, "fpc-information", node).iter("fpc"):
        slot = need_number(fpc, "slot", node)
        for pic in fpc.iter("pic"):
            yield rows.Pic(
                fpc=slot,
                pic=need_number(pic, "pic-slot", node),
                kind=words(pic, "pic-type"),
                state=need_words(pic, "pic-state", node),
                card=words(fpc, "description"),
            )


def chassis(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Chassis]:
    """The serial number of the chassis itself, as the sticker and the inventory have it."""
    yield rows.Chassis(serial=words(need(part, "chassis", node), "serial-number"))


def modules(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.Module]:
    """Routing engines, cards and PICs; optics differ between healthy nodes and are left out."""
    yield from _modules(need(part, "chassis", node), "")


def _modules(parent: Element, place: str) -> Iterator[rows.Module]:
    for found in parent:
        if not _MODULE.fullmatch(str(found.tag)):
            continue
        name = words(found, "name") or "?"
        here = f"{place}/{name}" if place else name
        if _CARD.match(name):
            yield rows.Module(place=here, kind=words(found, "description") or words(found, "model-number"))
        yield from _modules(found, here)


def licenses(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.License]:
    """Raises for a summary without content, and for a validity that is neither permanent nor a date."""
    summary = next(part.iter("license-summary-information", "license-usage-summary"), None)
    if summary is None or not (len(summary) or words(summary, ".")):
        raise ReplyNotUnderstood(node, "no license summary in the reply", fragment(part))
    for found in part.iter("feature-summary"):
        yield rows.License(
            name=need_words(found, "name", node),
            installed=_either(node, found, "licensed", "licenses-installed"),
            used=_either(node, found, "used-licensed", "licenses-used"),
            needed=_either(node, found, "needed", "licenses-needed"),
            expires_at=_end(node, found),
        )


def _end(node: NodeName, found: Element) -> datetime | None:
    """When it ends; None for a permanent one, and where neither validity nor end is shown."""
    validity, shown = words(found, "validity-type"), words(found, "end-date")
    end = moment(found, "end-date")
    if end is None and (shown or (validity or "permanent").lower() not in ("permanent", "invalid")):
        raise ReplyNotUnderstood(node, "validity of a license not understood", fragment(found))
    return end


def _either(node: NodeName, found: Element, name: str, older_name: str) -> int | None:
    return number(node, found, name if found.find(name) is not None else older_name)


def idp_packages(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.SignaturePackage]:
    """Raises when no version is shown: a box without IDP says so in words."""
    info = need(part, "idp-security-package-information", node)
    if words(info, "security-package-version") is None:
        raise ReplyNotUnderstood(node, "no version of the IDP package", fragment(info))
    for package, name in (("idp", "security-package-version"), ("idp-detector", "detector-version")):
        version = words(info, name)
        if version:
            yield rows.SignaturePackage(package=package, version=version)


def appid_package(part: Element, node: NodeName, _: NodeName) -> Iterator[rows.SignaturePackage]:
    found = next(part.iter("version-detail"), None)
    if found is None:
        raise ReplyNotUnderstood(node, "no application package version", fragment(part))
    yield rows.SignaturePackage(package="appid", version=" ".join(" ".join(lines(found)).split()))


_ENGINE = by_rpc_or_cli("get-route-engine-information", "show chassis routing-engine")
_HARDWARE = by_rpc_or_cli("get-chassis-inventory", "show chassis hardware")

CPU = of_both("cpu", cpu, _ENGINE)

QUESTIONS = (
    CPU,
    of_both("engines", engine, _ENGINE),
    of_both("chassis_alarms", alarms, by_rpc_or_cli("get-alarm-information", "show chassis alarms")),
    of_both("system_alarms", alarms, by_rpc_or_cli("get-system-alarm-information", "show system alarms")),
    of_both("pics", pics, by_rpc_or_cli("get-pic-information", "show chassis fpc pic-status")),
    of_both("modules", modules, _HARDWARE),
    of_both("chassis", chassis, _HARDWARE),
    of_each("licenses", licenses, by_rpc_or_cli("get-license-summary-information", "show system license")),
    of_both(
        "signatures",
        idp_packages,
        by_rpc_or_cli("get-idp-security-package-information", "show security idp security-package-version"),
        NOT_IN_USE,
    ),
    of_both(
        "signatures",
        appid_package,
        by_rpc_or_cli("get-appid-package-version", "show services application-identification version"),
        NOT_IN_USE,
    ),
)
