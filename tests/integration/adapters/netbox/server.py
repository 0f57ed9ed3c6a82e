"""A small NetBox: the part of its REST API (version 4) that an inventory is read by, over real HTTP.

Shapes after NetBox's own OpenAPI schema: lists are ``{count, next, previous, results}``, related objects are
brief, choices are ``{value, label}``, addresses have a prefix length.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

TOKEN = "0123456789abcdef0123456789abcdef01234567"
PAGE_SIZE = 50  # NetBox's own default


@dataclass(kw_only=True)
class FakeNetbox:
    """What the server holds; tests change it while it runs. ``answer`` replaces an answer as a whole."""

    url: str = ""
    chassis: list[dict[str, Any]] = field(default_factory=list)
    devices: list[dict[str, Any]] = field(default_factory=list)
    sites: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answer: Callable[[str], tuple[int, bytes] | None] = lambda _: None
    largest_page: int = 1000

    def add(self, name: str, *, model: str = "SRX4600", site: str = "fra1", **given: Any) -> dict[str, Any]:
        """A virtual chassis with node0 and node1; returns the virtual chassis, to be changed."""
        number = len(self.chassis) + 1
        place = self._site(site)
        chassis = {
            "id": number, "url": f"{self.url}/api/dcim/virtual-chassis/{number}/", "display": name,
            "name": name, "domain": "", "master": None, "description": "", "member_count": 2,
            "tags": [tag("srx-cluster")], "custom_fields": {}, **given,
        }  # fmt: skip
        self.chassis.append(chassis)
        for position in (0, 1):
            self.devices.append(self._device(chassis, place, model, position))
        return chassis

    def members(self, name: str) -> list[dict[str, Any]]:
        return [device for device in self.devices if device["virtual_chassis"]["name"] == name]

    def _device(self, chassis: dict[str, Any], site: dict[str, Any], model: str, position: int) -> Any:
        number = len(self.devices) + 1
        name = f"{chassis['name']}-node{position}"
        brief = {"id": 1, "url": f"{self.url}/api/x/1/", "display": "x"}
        return {
            "id": number, "url": f"{self.url}/api/dcim/devices/{number}/", "display": name, "name": name,
            "device_type": {**brief, "manufacturer": {**brief, "name": "Juniper", "slug": "juniper"},
                            "model": model, "slug": model.lower()},
            "role": {**brief, "name": "Firewall", "slug": "firewall"}, "tenant": None, "platform": None,
            "serial": f"CZ{number:06d}", "asset_tag": None, "site": site, "location": None, "rack": None,
            "status": {"value": "active", "label": "Active"},
            "primary_ip": {**brief, "family": {"value": 4, "label": "IPv4"}, "address": address(number)},
            "primary_ip4": None, "primary_ip6": None, "oob_ip": None, "cluster": None,
            "virtual_chassis": {**brief, "id": chassis["id"], "name": chassis["name"], "member_count": 2},
            "vc_position": position, "vc_priority": None, "tags": [], "custom_fields": {},
        }  # fmt: skip

    def _site(self, slug: str) -> dict[str, Any]:
        known = next((site for site in self.sites if site["slug"] == slug), None)
        if known is None:
            number = len(self.sites) + 1
            region = {"id": 1, "url": f"{self.url}/api/dcim/regions/1/", "display": "EMEA", "slug": "emea"}
            known = {"id": number, "url": f"{self.url}/api/dcim/sites/{number}/", "slug": slug, "name": slug,
                     "display": slug, "region": region}  # fmt: skip
            self.sites.append(known)
        return {key: value for key, value in known.items() if key != "region"}

    def reply(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        tables = {
            "/api/dcim/virtual-chassis/": (self.chassis, _chassis_fits),
            "/api/dcim/devices/": (self.devices, _device_fits),
            "/api/dcim/sites/": (self.sites, _site_fits),
        }
        if path not in tables:
            return 404, {"detail": "Not found."}
        rows, fits = tables[path]
        found = [row for row in rows if fits(row, query)]
        limit = min(int(query.get("limit", [str(PAGE_SIZE)])[0]), self.largest_page)
        start = int(query.get("offset", ["0"])[0])
        rest = urlencode({**query, "limit": [limit], "offset": [start + limit]}, doseq=True)
        more = f"{self.url}{path}?{rest}" if start + limit < len(found) else None
        return 200, {
            "count": len(found), "next": more, "previous": None, "results": found[start : start + limit],
        }  # fmt: skip

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[FakeNetbox]:
        netbox = cls()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                netbox.asked.append(self.path)
                given = netbox.answer(self.path)
                if given is None and self.headers.get("Authorization") != f"Token {TOKEN}":
                    given = 403, json.dumps({"detail": "Invalid token"}).encode()
                if given is None:
                    status, content = netbox.reply(parts.path, parse_qs(parts.query))
                    given = status, json.dumps(content).encode()
                self.send_response(HTTPStatus(given[0]))
                if given[0] in (301, 302):
                    self.send_header("Location", given[1].decode())
                self.send_header("Content-Type", "application/json")
                self.send_header("API-Version", "4.4")
                self.send_header("Content-Length", str(len(given[1])))
                self.end_headers()
                self.wfile.write(given[1])

            def log_message(self, *_: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        netbox.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield netbox
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def address(number: int) -> str:
    return f"192.0.{1 + number // 250}.{number % 250}/24"


def tag(slug: str) -> dict[str, Any]:
    return {"id": 1, "url": "http://x/api/extras/tags/1/", "display": slug, "name": slug, "slug": slug}


def _chassis_fits(row: dict[str, Any], query: dict[str, list[str]]) -> bool:
    return all(slug in {each["slug"] for each in row["tags"]} for slug in query.get("tag", ()))


def _device_fits(row: dict[str, Any], query: dict[str, list[str]]) -> bool:
    wanted = query.get("virtual_chassis_id")
    return wanted is None or str(row["virtual_chassis"]["id"]) in wanted


def _site_fits(row: dict[str, Any], query: dict[str, list[str]]) -> bool:
    wanted = query.get("id")
    return wanted is None or str(row["id"]) in wanted
