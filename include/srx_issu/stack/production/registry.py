"""Asks a registry which digest a tag has now: the distribution API over plain HTTP(S), no Docker needed.

The digest is computed from the manifest that came, and must be the one that the registry names.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from srx_issu.stack.production.images import DEFAULT_REGISTRY, ImageName

TIMEOUT_S = 30.0
MANIFEST_BYTES = 4 * 1024 * 1024  # what registries accept at most
_HOSTS = {DEFAULT_REGISTRY: "registry-1.docker.io"}
# Lists first: the digest then stands for every platform of the tag.
_ACCEPT = ", ".join(
    (
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    )
)
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


class RegistryFailed(Exception):
    """Which registry, which image, and what it answered."""


def digest_of(image: ImageName) -> str:
    """``sha256:...`` of the tag's manifest, as of now. Raises RegistryFailed."""
    base = _base(image.registry)
    url = f"{base}/v2/{image.repository}/manifests/{urllib.parse.quote(image.tag)}"
    what = f"{image.registry}: {image.repository}:{image.tag}"
    try:
        headers, body = _manifest(url, image.repository)
    except urllib.error.HTTPError as error:
        raise RegistryFailed(f"{what}: answered {error.code} {error.reason}") from error
    except (OSError, ValueError, HTTPException) as error:
        raise RegistryFailed(f"{what}: cannot be reached: {error}") from error
    computed = f"sha256:{hashlib.sha256(body).hexdigest()}"
    named = headers.get("docker-content-digest", computed)
    if named != computed:
        raise RegistryFailed(f"{what}: names {named}, but what it sent is {computed}; not used")
    return computed


def _manifest(url: str, repository: str) -> tuple[Mapping[str, str], bytes]:
    """With the anonymous token that a registry hands out where it wants one."""
    try:
        return _get(url, {"Accept": _ACCEPT})
    except urllib.error.HTTPError as error:
        challenge = error.headers.get("WWW-Authenticate", "")
        if error.code != 401 or not challenge.startswith("Bearer "):
            raise
    token = _token(dict(_CHALLENGE.findall(challenge)), repository)
    return _get(url, {"Accept": _ACCEPT, "Authorization": f"Bearer {token}"})


def _token(challenge: Mapping[str, str], repository: str) -> str:
    query = {"scope": challenge.get("scope", f"repository:{repository}:pull")}
    if service := challenge.get("service"):
        query["service"] = service
    _, body = _get(f"{challenge.get('realm', '')}?{urllib.parse.urlencode(query)}", {})
    answer: Any = json.loads(body)
    token = (answer.get("token") or answer.get("access_token")) if isinstance(answer, dict) else None
    if not token:
        raise ValueError("its token service answered without a token")
    return str(token)


def _get(url: str, headers: Mapping[str, str]) -> tuple[Mapping[str, str], bytes]:
    if not url.startswith("https://") and not (url.startswith("http://") and _is_loopback(_host(url))):
        raise ValueError(f"{url.partition('?')[0]}: expected https")
    direct = [urllib.request.ProxyHandler({})] if _is_loopback(_host(url)) else []
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - the scheme is checked above
    with urllib.request.build_opener(*direct).open(request, timeout=TIMEOUT_S) as answer:
        body = answer.read(MANIFEST_BYTES + 1)
        if len(body) > MANIFEST_BYTES:
            raise ValueError(f"more than {MANIFEST_BYTES} bytes; a manifest has not so many")
        return {name.lower(): value for name, value in answer.headers.items()}, body


def _base(registry: str) -> str:
    """Plain HTTP on this machine alone, as Docker does."""
    host = _HOSTS.get(registry, registry)
    return f"{'http' if _is_loopback(_host(f'//{host}')) else 'https'}://{host}"


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).hostname or ""


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
