"""``inventory/*.yaml`` as it is written. What the files mean together is left to ``fleet.py``."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from srx_issu.catalog.fields import FileEntry, HoldReason, Host, ModelName, Name, Port, Serial, Text
from srx_issu.catalog.inventory.netbox import NetboxEntry

DEFAULT_CONNECTION_ID = "srx_default"
DEFAULT_PORT = 22
SECTIONS = ("defaults", "groups", "clusters", "netbox")


class SshEntry(FileEntry):
    """How the nodes' SSH servers are spoken to."""

    legacy_sha1: bool = Field(
        description="True allows SHA-1 (ssh-rsa, group14-sha1) with nodes whose release has nothing better. "
        "Whoever approves the start is told."
    )


class Settings(FileEntry):
    """What a cluster, a group or a file's defaults may say."""

    model: ModelName | None = Field(None, description="Platform, such as SRX4600.")
    site: Name | None = Field(None, description="Where the cluster stands.")
    region: Name | None = Field(None, description="Larger unit than the site.")
    connection_id: Name | None = Field(
        None,
        description=f"Airflow connection with the login and known_hosts; {DEFAULT_CONNECTION_ID} if none.",
    )
    port: Port | None = Field(
        None, description=f"SSH and NETCONF port of nodes that name none; {DEFAULT_PORT} if none."
    )
    routing_engine: Literal["RE1", "RE2", "RE3"] | None = Field(
        None, description="SRX5000 only: RE3 takes vmhost images and commands."
    )
    management_path: Literal["beside", "console", "through"] | None = Field(
        None,
        description="How both management addresses are reached: over a path 'beside' the cluster, by a "
        "'console' server for both nodes, or 'through' the cluster only. Dual reboot and minimal downtime "
        "need one of the first two; without this key a person decides.",
    )
    ssh: SshEntry | None = Field(None, description="For old SSH servers.")
    hold: HoldReason | None = Field(None, description="Why nobody may touch it. Held by any group = held.")
    groups: tuple[Name, ...] = Field((), description="Groups it belongs to, nearest first.")
    conflict_groups: tuple[Name, ...] = Field((), description="Never two members of one upgraded at once.")
    labels: dict[Name, Text] = Field(default_factory=dict, description="Free words to select clusters by.")


class OtherAddressEntry(FileEntry):
    """Where the same node answers besides."""

    host: Host = Field(description="IP address or host name.")
    port: Port | None = Field(None, description="SSH and NETCONF port.")


class NodeEntry(FileEntry):
    """One node's management address (fxp0)."""

    host: Host = Field(description="IP address or host name.")
    port: Port | None = Field(None, description="SSH and NETCONF port.")
    hostname: Host | None = Field(None, description="Host name the node must say it has.")
    serial: Serial | None = Field(None, description="Serial number of the chassis it must say it is.")
    other_addresses: tuple[OtherAddressEntry, ...] = Field(
        (),
        description="Where the same node answers SSH and NETCONF besides, such as a port that a gateway "
        "forwards. A dual reboot and a minimal downtime procedure try them where the node does not answer at "
        "`host`; the node must tell there which one it is.",
    )


class GroupEntry(Settings):
    """A group: values its members inherit."""


class ClusterEntry(Settings):
    """One chassis cluster."""

    node0: NodeEntry
    node1: NodeEntry
    cluster_id: Annotated[int, Field(ge=1, le=255)] | None = Field(
        None, description="Id of the chassis cluster that both nodes must show."
    )


class InventoryFile(FileEntry):
    """A file of the folder inventory/."""

    defaults: Settings | None = Field(None, description="What the clusters of this file inherit last.")
    groups: dict[Name, GroupEntry] | None = Field(None, description="Groups, for all files.")
    clusters: dict[Name, ClusterEntry] | None = Field(None, description="Clusters by name.")
    netbox: NetboxEntry | None = Field(None, description="Clusters that are read from NetBox.")
