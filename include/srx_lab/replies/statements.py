"""The statements of a cluster's configuration, secrets included so that scrubbing can be tested."""

from __future__ import annotations

from collections.abc import Iterator

from srx_lab.editing.stanza import Stanza, block, item, named
from srx_lab.machine.ports import fabric_ports, members, reth_group
from srx_lab.machine.words import NodeId
from srx_lab.replies import traffic
from srx_lab.replies.policies import policy_name
from srx_lab.replies.scene import Scene
from srx_lab.replies.vpn import gateway


def statements(scene: Scene) -> Iterator[Stanza]:
    """The whole configuration, in Junos's order."""
    yield item("version", scene.release.text)
    groups = tuple(_node_group(scene, node) for node in NodeId)
    yield Stanza(words="groups", tag="", children=groups)
    yield item("apply-groups", "${node}", many=True)
    yield _system(scene)
    yield block("chassis", _cluster(scene))
    yield Stanza(words="security", tag="security", children=_security(scene))
    yield _interfaces(scene)
    yield _protocols(scene)
    graceful = () if scene.world.fault("no_graceful_restart") else (block("graceful-restart"),)
    yield block("routing-options", *graceful, item("autonomous-system", 64_999))


def _node_group(scene: Scene, node: NodeId) -> Stanza:
    address = f"10.10.{scene.spec.cluster_id}.{node.number + 1}/24"
    return Stanza(
        words=node.value,
        tag="groups",
        keys=(("name", node.value),),
        children=(
            block("system", item("host-name", scene.spec.host_name(node))),
            block("interfaces", _interface("fxp0", address)),
        ),
    )


def _interface(name: str, address: str, *options: Stanza) -> Stanza:
    inet = block("family inet", named("address", address), tag="family/inet")
    unit = named("unit", "0", inet)
    return Stanza(words=name, tag="interface", keys=(("name", name),), children=(*options, unit))


def _ssh(scene: Scene) -> Stanza:
    has_sftp = scene.release.at_least(19, 1) and not scene.world.fault("no_sftp")
    return block("ssh", item("root-login", "deny"), *((item("sftp-server"),) if has_sftp else ()))


def _system(scene: Scene) -> Stanza:
    password = item("encrypted-password", "$6$labsalt0$3Jk9vR7dQe0yT5uWq1pXz8sN2mB4cV6fG", secret=True)
    return block(
        "system",
        block("root-authentication", password),
        block(
            "login",
            named("user", "lab", item("class", "super-user"), block("authentication", password)),
        ),
        block("services", _ssh(scene), block("netconf", block("ssh"))),
        block("ntp", named("server", "10.10.0.1")),
    )


def _cluster(scene: Scene) -> Stanza:
    groups = (
        Stanza(
            words=f"redundancy-group {each.group}",
            tag="redundancy-group",
            keys=(("name", str(each.group)),),
            children=(
                *(_priority(node, each.priority[node]) for node in NodeId),
                *((block("preempt"),) if each.preempt else ()),
                *(() if each.hold_down_s is None else (item("hold-down-interval", each.hold_down_s),)),
            ),
        )
        for each in scene.spec.groups
    )
    return block("cluster", item("reth-count", scene.spec.scale.reths), *groups)


def _priority(node: NodeId, priority: int) -> Stanza:
    number = str(node.number)
    inside = (item("priority", priority),)
    return Stanza(words=f"node {number}", tag="node", keys=(("name", number),), children=inside, inline=True)


def _security(scene: Scene) -> Iterator[Stanza]:
    yield Stanza(words="ike", tag="ike", children=tuple(_ike(scene)))
    if scene.world.fault("ha_link_encrypted"):
        encryption = block("encryption", item("ike-ha-link-encryption", "enable"))
        association = block("security-association", block("manual", encryption))
        yield block("ipsec", block("internal", association))
    yield block("nat", *_nat(scene))
    yield Stanza(words="policies", tag="policies", children=_policies(scene))
    yield block(
        "zones",
        *(
            Stanza(
                words=f"security-zone {name}",
                tag="security-zone",
                keys=(("name", name),),
                children=(Stanza(words="interfaces", tag="", children=(_zone_interface(f"reth{n}.0"),)),),
            )
            for n, name in enumerate(traffic.zones(scene))
        ),
    )


def _zone_interface(name: str) -> Stanza:
    return Stanza(words=name, tag="interfaces", keys=(("name", name),), children=())


def _ike(scene: Scene) -> Iterator[Stanza]:
    for index in range(scene.spec.scale.vpns):
        secret = f"$9$lab{index:04d}hQ3nCuBIEylMxNb"
        yield named(
            "policy",
            f"ike-{index}",
            item("proposal-set", "standard"),
            block("pre-shared-key", item("ascii-text", secret, secret=True)),
        )
        yield named(
            "gateway",
            f"gw-{index}",
            item("ike-policy", f"ike-{index}"),
            item("address", gateway(index), many=True),
        )


def _nat(scene: Scene) -> tuple[Stanza, ...]:
    rules = (
        named("rule", f"snat-{index}", block("then", block("source-nat", block("interface"))))
        for index in range(scene.spec.scale.nat_rules)
    )
    return (block("source", named("rule-set", "outbound", *rules)),)


def _policies(scene: Scene) -> Iterator[Stanza]:
    pairs = traffic.zone_pairs(scene)
    for position, (source, destination) in enumerate(pairs):
        numbers = range(position, scene.spec.scale.policies, len(pairs))
        if numbers:
            yield Stanza(
                words=f"from-zone {source} to-zone {destination}",
                tag="policy",
                keys=(("from-zone-name", source), ("to-zone-name", destination)),
                children=(_policy(number) for number in numbers),
            )


def _policy(number: int) -> Stanza:
    return named(
        "policy",
        policy_name(number),
        block("match", *(item(words, value, many=True) for words, value in
                         (("source-address", f"net-{number % 200}"), ("destination-address", "any"),
                          ("application", "junos-https")))),
        block("then", block("permit")),
    )  # fmt: skip


def _interfaces(scene: Scene) -> Stanza:
    """The ports of the reths, the fabric, the reths."""
    ports = (
        Stanza(words=port, tag="interface", keys=(("name", port),), children=(_parent(f"reth{index}"),))
        for each in NodeId
        for index, port in enumerate(members(scene.spec, each))
    )
    fabric = (
        Stanza(
            words=f"fab{each.number}",
            tag="interface",
            keys=(("name", f"fab{each.number}"),),
            children=(block("fabric-options", _members(fabric_ports(scene.spec, each))),),
        )
        for each in NodeId
    )
    reths = (
        _interface(f"reth{n}", f"10.0.{n}.1/24", _of_group(scene, n)) for n in range(scene.spec.scale.reths)
    )
    return block("interfaces", *ports, *fabric, *reths)


def _parent(reth: str) -> Stanza:
    """`redundant-parent RETH;`, in XML `<redundant-parent><parent>RETH</parent>`."""
    words = f"redundant-parent {reth}"
    inner = Stanza(words=words, tag="redundant-parent", keys=(("parent", reth),), children=())
    return block("gigether-options", inner)


def _of_group(scene: Scene, index: int) -> Stanza:
    return block("redundant-ether-options", item("redundancy-group", reth_group(scene.spec, index)))


def _members(ports: list[str]) -> Stanza:
    """`member-interfaces { PORT; }`, in XML `<member-interfaces><name>PORT</name>`."""
    inner = (
        Stanza(words=port, tag="member-interfaces", keys=(("name", port),), children=()) for port in ports
    )
    return Stanza(words="member-interfaces", tag="", children=tuple(inner))


def _protocols(scene: Scene) -> Stanza:
    peers = (
        Stanza(
            words=f"neighbor 192.0.2.{index * 4 + 2}",
            tag="neighbor",
            keys=(("name", f"192.0.2.{index * 4 + 2}"),),
            children=(
                item("authentication-key", f"$9$bgp{index:03d}RhSeM8X7dsgoG", secret=True),
                item("peer-as", 65_000 + index),
            ),
        )
        for index in range(scene.spec.scale.bgp_peers)
    )
    return block("protocols", block("bgp", named("group", "upstream", item("type", "external"), *peers)))
