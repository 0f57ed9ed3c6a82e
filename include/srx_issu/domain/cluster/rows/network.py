"""What it speaks to: neighbors, routes, interfaces, and the configuration as a whole."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ArpCount:
    """ARP entries on one interface."""

    interface: str
    entries: int


@dataclass(frozen=True, kw_only=True)
class BgpPeer:
    """``show bgp summary``."""

    address: str
    asn: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class BgpPrefixes:
    """Prefixes of one BGP peer in one table."""

    address: str
    table: str
    active: int
    received: int
    accepted: int | None


@dataclass(frozen=True, kw_only=True)
class OspfNeighbor:
    """``show ospf neighbor``."""

    interface: str
    address: str
    state: str


@dataclass(frozen=True, kw_only=True)
class IsisAdjacency:
    """``show isis adjacency``."""

    interface: str
    system: str
    level: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class BfdSession:
    """``show bfd session``."""

    neighbor: str
    interface: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class RouteCount:
    """``show route summary``: one protocol in one table; protocol "all" is the table as a whole."""

    table: str
    protocol: str
    active: int
    total: int


@dataclass(frozen=True, kw_only=True)
class Interface:
    """``show interfaces terse``."""

    name: str
    admin: str
    oper: str


@dataclass(frozen=True, kw_only=True)
class LacpMember:
    """``show lacp interfaces``."""

    aggregate: str
    interface: str
    mux_state: str | None
    receive_state: str | None


@dataclass(frozen=True, kw_only=True)
class ConfigurationSection:
    """One top-level section of the committed configuration, as a SHA-256 of its ``set`` lines."""

    section: str
    sha256: str
    lines: int


@dataclass(frozen=True, kw_only=True)
class ClusterFeatures:
    """What the committed configuration says of the cluster itself, as far as an ISSU cares."""

    ha_link_encryption: bool  # of the control link, by an internal security association


@dataclass(frozen=True, kw_only=True)
class RoutingFeatures:
    """What the committed configuration says of routing, as far as an ISSU cares."""

    protocols: tuple[str, ...]  # those that keep adjacencies: "bgp", "ospf", "isis", ...
    graceful_restart: bool
    all_protocols: tuple[str, ...] = ()  # whatever stands below 'protocols', adjacencies or not
