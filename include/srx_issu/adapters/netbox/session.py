"""The HTTP session that pynetbox uses: a deadline, a largest answer, and no host but NetBox's own.

pynetbox follows the ``next`` links of an answer with the API token in its headers; an answer that was
tampered with would carry the token elsewhere.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import requests

CONNECT_S, ANSWER_S = 10.0, 60.0
LARGEST_ANSWER = 32 * 1024 * 1024  # bytes of one page; 500 devices are about 1 MB
MOST_REQUESTS = 2000


class Untrusted(requests.RequestException):
    """An answer that is not followed, or not read to its end."""


class NetboxSession(requests.Session):
    """Sends to one host only."""

    def __init__(self, url: str, verify: bool | str) -> None:
        super().__init__()
        self.verify = verify
        self.trust_env = False  # no proxy and no .netrc of whoever runs the worker
        self.max_redirects = 3
        self._place = _place(url)
        self._left = MOST_REQUESTS

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Raises Untrusted, or another RequestException."""
        if _place(request.url or "") != self._place:
            raise Untrusted(f"NetBox's answer leads to {(request.url or '')[:200]}, which is not NetBox")
        self._left -= 1
        if self._left < 0:
            raise Untrusted(f"more than {MOST_REQUESTS} pages: NetBox's pages go round in circles")
        kwargs["timeout"], kwargs["stream"] = (CONNECT_S, ANSWER_S), True
        return _read(super().send(request, **kwargs))


def _read(response: requests.Response) -> requests.Response:
    content = bytearray()
    for chunk in response.iter_content(65536):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            response.close()
            raise Untrusted(f"an answer of more than {LARGEST_ANSWER} bytes")
    response._content = bytes(content)
    return response


def _place(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port
