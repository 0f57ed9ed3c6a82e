"""What a firewall is for: sessions, zones, policies, NAT, VPN."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SessionCount:
    """``show security flow session summary`` of a node, all its SPUs together: which of them holds a session
    is decided anew on every node, and the two nodes may count their slots differently."""

    active: int  # valid unicast sessions where shown, else all
    maximum: int | None


@dataclass(frozen=True, kw_only=True)
class SpuLoad:
    """``show security monitoring``: one services processing unit."""

    spu: str  # "fpc 1 pic 0"
    busy_percent: float
    memory_percent: float | None = None
    sessions: int | None = None
    most_sessions: int | None = None


@dataclass(frozen=True, kw_only=True)
class ZoneInterface:
    """An interface bound to a zone; ``interface`` is "" for a zone without any."""

    zone: str
    interface: str


@dataclass(frozen=True, kw_only=True)
class SecurityPolicy:
    """One policy. ``content`` is a SHA-256 of its matches and actions, so that a change shows."""

    context: str  # "trust > untrust", "global"
    name: str
    position: int  # in its context, from 1
    state: str | None
    action: str | None
    content: str


@dataclass(frozen=True, kw_only=True)
class PolicySync:
    """``request security policies check``: does a PFE hold the routing engine's policies?"""

    pfe: str  # "fpc0", "fpc0.pic1"
    in_sync: bool
    words: str


@dataclass(frozen=True, kw_only=True)
class HitCount:
    """``show security policies hit-count``."""

    context: str
    name: str
    count: int
    count_delta: int | None = None


@dataclass(frozen=True, kw_only=True)
class NatRule:
    """A source, destination or static NAT rule."""

    kind: str  # "source", "destination", "static"
    rule_set: str
    name: str
    hits: int | None = None
    sessions: int | None = None


@dataclass(frozen=True, kw_only=True)
class NatPool:
    """A source or destination NAT pool."""

    kind: str
    name: str
    addresses: int | None = None


@dataclass(frozen=True, kw_only=True)
class IkePeer:
    """IKE security associations towards one peer."""

    peer: str
    up: int
    all: int


@dataclass(frozen=True, kw_only=True)
class IpsecTunnel:
    """IPsec security associations towards one gateway."""

    gateway: str
    tunnels: int


@dataclass(frozen=True, kw_only=True)
class Alg:
    """An application layer gateway."""

    name: str
    status: str
