"""A topology like the cluster of a bundle: its model, releases and groups, and its login class."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from srx_lab.machine.words import NodeId
from srx_lab.recorded import Recording
from srx_lab.topology import BadTopology, Topology, read_topology

FORMAT = "srx-issu bundle 1"
NAME = "recorded"
_MOST_BYTES = 256 * 1024 * 1024
_PERMISSION = re.compile(r"^\s+([a-z][a-z-]*?)\s*--\s", re.MULTILINE)
_ALLOWED = re.compile(r"^\s*Allow regular expression:[ \t]*(.*)$", re.MULTILINE)


def load_bundle(path: Path) -> tuple[Topology, Recording]:
    """One cluster, called "recorded". Raises BadTopology for what is no bundle, or tells too little."""
    raw = _read(path)
    exchanges = [each for each in raw.get("exchanges") or () if isinstance(each, dict)]
    try:
        recording = Recording(exchanges)
        topology = _topology(raw, exchanges)
    except (KeyError, TypeError, ValueError) as error:
        what = f"an entry has no {error}" if isinstance(error, KeyError) else str(error)
        raise BadTopology(f"{path}: the bundle is damaged: {what}") from error
    return read_topology(topology, str(path)), recording


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise BadTopology(f"{path}: too large for a bundle")
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadTopology(f"{path}: {error}") from error
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        raise BadTopology(f"{path}: not a bundle: expected 'format': {FORMAT!r}")
    return raw


def _topology(raw: dict[str, Any], exchanges: list[dict[str, Any]]) -> dict[str, Any]:
    engine = raw.get("routing_engine")
    entry: dict[str, Any] = {
        "name": NAME,
        "model": f"{raw['model']}-RE3" if engine == "RE3" else str(raw["model"]),
        "releases": _releases(exchanges),
    }
    if groups := _groups(exchanges):
        entry["groups"] = groups
    found: dict[str, Any] = {"clusters": [entry]}
    if lines := _login_class(exchanges):
        found["credentials"] = {"login_class": lines}
    return found


def _replies(exchanges: list[dict[str, Any]], rpc: str) -> Iterator[tuple[str, etree._Element]]:
    """Node that was asked, and its reply with local names."""
    for each in exchanges:
        if each["wire"] == "netconf" and each["request"].startswith(f"<{rpc}") and each["reply"]:
            try:
                root = etree.fromstring(each["reply"].encode(), etree.XMLParser(resolve_entities=False))
            except etree.XMLSyntaxError:
                continue
            for element in root.iter(etree.Element):
                element.tag = etree.QName(element).localname
            yield each["node"], root


def _releases(exchanges: list[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for asked, root in _replies(exchanges, "get-software-information"):
        items = list(root.iter("multi-routing-engine-item")) or [root]
        for item in items:
            node = (item.findtext("re-name") or asked).strip()
            release = next((e.text for e in item.iter("junos-version") if e.text), None)
            release = release or _in_brackets(item)
            if release:
                found.setdefault(node, release.strip())
    if set(found) != {node.value for node in NodeId}:
        raise ValueError("the bundle does not tell the release of both nodes")
    return found


def _in_brackets(item: etree._Element) -> str | None:
    """Before 15.1: JUNOS Software Release [12.1X46-D55.3]."""
    for comment in item.iter("comment"):
        if match := re.search(r"Software Release \[([^\]]+)\]", comment.text or ""):
            return match[1]
    return None


def _groups(exchanges: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """By priorities that make the same nodes primary; empty where none is told."""
    for _, root in _replies(exchanges, "get-chassis-cluster-status"):
        found = [group for element in root.iter("redundancy-group") if (group := _group(element))]
        if found:
            return found
    return []


def _group(element: etree._Element) -> dict[str, Any] | None:
    number = element.findtext("redundancy-group-id")
    names = [(e.text or "").strip() for e in element.iter("device-name")]
    states = [(e.text or "").strip() for e in element.iter("redundancy-group-status")]
    if number is None or not number.strip().isdigit() or len(names) != len(states):
        return None
    priority = {node.value: 100 for node in NodeId}
    for name, state in zip(names, states, strict=True):
        if name in priority and state == "primary":
            priority[name] = 200
    return {"id": int(number), "priority": priority}


def _login_class(exchanges: list[dict[str, Any]]) -> list[str]:
    """From what the nodes said the account may do; empty: everything."""
    shown = next(
        (e["reply"] for e in exchanges if e["request"] == "show cli authorization" and e["reply"]), ""
    )
    permissions = _PERMISSION.findall(shown)
    if not permissions or {"all", "maintenance"} & set(permissions):
        return []
    allowed = _ALLOWED.search(shown)
    patterns = re.findall(r'"([^"]*)"', allowed[1]) if allowed else []
    return [
        f"set system login class recorded permissions [ {' '.join(permissions)} ]",
        *(f'set system login class recorded allow-commands-regexps "{each}"' for each in patterns),
    ]
