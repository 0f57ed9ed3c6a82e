"""A registry on loopback: manifests by repository and tag, with the token that Docker's own asks for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

TOKEN = "anonymous-token"


@dataclass(kw_only=True)
class FakeRegistry:
    """``manifests``: "repository:tag" -> body. ``lies``: names another digest than its body's."""

    manifests: dict[str, bytes] = field(default_factory=dict)
    wants_token: bool = False
    lies: bool = False
    host: str = ""
    asked: list[str] = field(default_factory=list)

    def add(self, name: str) -> str:
        """An index for two platforms; its digest."""
        body = json.dumps({"schemaVersion": 2, "manifests": [{"for": name}, {"for": "arm64"}]}).encode()
        self.manifests[name] = body
        return f"sha256:{hashlib.sha256(body).hexdigest()}"

    def answer(self, path: str, authorization: str | None) -> tuple[int, dict[str, str], bytes]:
        url = urlsplit(path)
        self.asked.append(url.path)
        if url.path == "/token":
            scope = parse_qs(url.query)["scope"][0]
            assert scope.startswith("repository:")
            return 200, {}, json.dumps({"token": TOKEN}).encode()
        if self.wants_token and authorization != f"Bearer {TOKEN}":
            return 401, {"WWW-Authenticate": f'Bearer realm="http://{self.host}/token",service="fake"'}, b""
        repository, _, tag = url.path.removeprefix("/v2/").partition("/manifests/")
        body = self.manifests.get(f"{repository}:{tag}")
        if body is None:
            return 404, {}, b"{}"
        digest = "0" * 64 if self.lies else hashlib.sha256(body).hexdigest()
        return 200, {"Docker-Content-Digest": f"sha256:{digest}"}, body


@contextmanager
def running(registry: FakeRegistry) -> Iterator[FakeRegistry]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = registry.answer(self.path, self.headers.get("Authorization"))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        registry.host = f"127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield registry
        finally:
            server.shutdown()
            thread.join()
