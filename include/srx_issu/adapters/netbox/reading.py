"""From NetBox's virtual chassis, devices and sites to one ``catalog.inventory.netbox.Reading``.

Three kinds of objects in three lists, whatever the size of the fleet: no request a cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pynetbox
import requests

from srx_issu.adapters.netbox.session import NetboxSession
from srx_issu.catalog.inventory.netbox import NetboxEntry, NetboxReading, Node, VirtualChassis
from srx_issu.domain.errors import RequestRefused

PAGE, CHUNK = 200, 50  # objects a page; ids a request
MOST_CHASSIS = 5000
LONGEST_TEXT = 1000  # of one value; longer ones are cut and then refused by the models
_TROUBLE = (requests.RequestException, pynetbox.RequestError, pynetbox.ContentError)


def read_netbox(
    url: str, token: str, entry: NetboxEntry, now: Callable[[], datetime], *, verify: bool | str = True
) -> NetboxReading:
    """Raises RequestRefused, saying what NetBox answered and what to do."""
    api = pynetbox.api(url, token=token)
    api.http_session = NetboxSession(url, verify)
    filters = {key: (value,) if isinstance(value, str) else value for key, value in entry.filters.items()}
    try:
        chassis = list(_chassis(api, filters))
        nodes = _nodes(api, [int(each["id"]) for each in chassis])
    except _TROUBLE as error:
        raise RequestRefused(f"NetBox at {url} cannot be read: {_message(error)}") from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RequestRefused(
            f"NetBox at {url} answers otherwise than its REST API does ({type(error).__name__}: "
            f"{str(error)[:200]}); is this the URL of a NetBox of version 4?"
        ) from error
    found = tuple(_virtual_chassis(each, nodes.get(int(each["id"]), ())) for each in chassis)
    return NetboxReading(read_at=now(), source=url, filters=filters, chassis=found)


def _chassis(api: Any, filters: Mapping[str, Iterable[str]]) -> Iterator[dict[str, Any]]:
    asked = {key: list(value) for key, value in filters.items()}
    records = api.dcim.virtual_chassis.filter(limit=PAGE, **asked) if asked else (
        api.dcim.virtual_chassis.all(limit=PAGE)
    )  # fmt: skip
    for count, record in enumerate(records, start=1):
        if count > MOST_CHASSIS:
            raise requests.RequestException(f"more than {MOST_CHASSIS} virtual chassis: set 'filters'")
        yield dict(record)


def _nodes(api: Any, chassis: list[int]) -> dict[int, tuple[Node, ...]]:
    """Id of the virtual chassis -> its members."""
    devices: list[dict[str, Any]] = []
    for start in range(0, len(chassis), CHUNK):
        wanted = chassis[start : start + CHUNK]
        devices += map(dict, api.dcim.devices.filter(virtual_chassis_id=wanted, limit=PAGE))
    regions = _regions(api, sorted({int(d["site"]["id"]) for d in devices if d.get("site")}))
    found: dict[int, tuple[Node, ...]] = {}
    for device in devices:
        number = int(device["virtual_chassis"]["id"])
        found[number] = (*found.get(number, ()), _node(device, regions))
    return found


def _regions(api: Any, sites: list[int]) -> dict[int, str | None]:
    """Id of a site -> the slug of its region."""
    found: dict[int, str | None] = {}
    for start in range(0, len(sites), CHUNK):
        for site in map(dict, api.dcim.sites.filter(id=sites[start : start + CHUNK], limit=PAGE)):
            found[int(site["id"])] = _inner(site, "region", "slug")
    return found


def _node(device: Mapping[str, Any], regions: Mapping[int, str | None]) -> Node:
    address = _inner(device, "oob_ip", "address") or _inner(device, "primary_ip", "address")
    position = device.get("vc_position")
    return Node(
        position=None if position is None else int(position),
        name=_text(device.get("name")),
        serial=_text(device.get("serial")),
        model=_inner(device, "device_type", "model"),
        site=_inner(device, "site", "slug"),
        region=regions.get(int(device["site"]["id"])) if device.get("site") else None,
        address=address.partition("/")[0] if address else None,
        status=_inner(device, "status", "value"),
    )


def _virtual_chassis(chassis: Mapping[str, Any], nodes: tuple[Node, ...]) -> VirtualChassis:
    fields = {str(key): _field(value) for key, value in dict(chassis.get("custom_fields") or {}).items()}
    return VirtualChassis(
        number=int(chassis["id"]),
        name=_text(chassis.get("name")),
        nodes=nodes,
        tags=tuple(tag for each in chassis.get("tags") or () if (tag := _slug(each))),
        tenant=_inner(chassis, "tenant", "slug"),
        fields={key: value for key, value in fields.items() if value},
    )


def _field(value: Any) -> str | tuple[str, ...] | None:
    """A custom field: text, a number, or a selection of several."""
    if isinstance(value, list | tuple):
        return tuple(text for each in value if (text := _text(each)))
    return _text(value)


def _slug(tag: Any) -> str | None:
    return _text(dict(tag).get("slug")) if not isinstance(tag, str) else _text(tag)


def _inner(record: Mapping[str, Any], key: str, inner: str) -> str | None:
    found = record.get(key)
    return None if found is None else _text(dict(found).get(inner))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)[:LONGEST_TEXT]


def _message(error: Exception) -> str:
    """What went wrong and what to do; never the answer's whole body, and never the token."""
    if isinstance(error, pynetbox.RequestError):
        status = error.req.status_code
        remedy = {
            401: "the API token is not accepted: put a valid one into the connection's password",
            403: "the API token may not read virtual chassis, devices and sites: give its user the right",
            404: "is this NetBox's URL? It is written without /api",
        }.get(status, "look at NetBox's own log")
        return f"it answered with HTTP status {status}; {remedy}"
    if isinstance(error, pynetbox.ContentError):
        return "its answer is not JSON; is this NetBox's URL?"
    return f"{str(error)[:300]}; is the URL right, and does NetBox answer this machine?"
