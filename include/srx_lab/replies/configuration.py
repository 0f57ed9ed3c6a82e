"""The configuration as text, set lines and XML, secrets included so that scrubbing can be tested."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from srx_lab.machine.words import NodeId
from srx_lab.markup import Element, empty, leaf, stream
from srx_lab.replies import traffic
from srx_lab.replies.scene import Query, Scene
from srx_lab.replies.security import gateway, policy_name
from srx_lab.replies.when import long_date


@dataclass(frozen=True, kw_only=True, slots=True)
class Stanza:
    """A statement. `words` as typed, `tag` and `keys` as in XML; children None means it ends in `;`.

    An empty tag is a level that XML does not have.
    """

    words: str
    tag: str
    keys: tuple[tuple[str, str], ...] = ()
    value: str | None = None
    children: Iterable[Stanza] | None = None
    secret: bool = False


def block(words: str, *children: Stanza, tag: str = "", **keys: str) -> Stanza:
    return Stanza(
        words=words,
        tag=tag or words.split(" ", maxsplit=1)[0],
        keys=tuple((name.replace("_", "-"), value) for name, value in keys.items()),
        children=children,
    )


def item(words: str, value: object | None = None, *, secret: bool = False) -> Stanza:
    text = None if value is None else f'"{value}"' if secret else str(value)
    return Stanza(words=words, tag=words, value=text, secret=secret)


def named(tag: str, name: str, *children: Stanza) -> Stanza:
    """`tag NAME { ... }`, in XML `<tag><name>NAME</name>...`."""
    return Stanza(words=f"{tag} {name}", tag=tag, keys=(("name", name),), children=children)


def statements(scene: Scene) -> Iterator[Stanza]:
    """The whole configuration, in Junos's order."""
    yield item("version", scene.release.text)
    yield block("groups", *(_node_group(scene, node) for node in NodeId))
    yield Stanza(words="apply-groups", tag="apply-groups", value='"${node}"')
    yield _system()
    yield block("chassis", _cluster(scene))
    yield Stanza(words="security", tag="security", children=_security(scene))
    yield _interfaces(scene)
    yield _protocols(scene)
    graceful = () if scene.world.fault("no_graceful_restart") else (item("graceful-restart"),)
    yield block("routing-options", *graceful, item("autonomous-system", 64_999))


def _node_group(scene: Scene, node: NodeId) -> Stanza:
    address = f"10.10.{scene.spec.cluster_id}.{node.number + 1}/24"
    return Stanza(
        words=node.value,
        tag="group",
        keys=(("name", node.value),),
        children=(
            block("system", item("host-name", scene.spec.host_name(node))),
            block("interfaces", _interface("fxp0", address)),
        ),
    )


def _interface(name: str, address: str) -> Stanza:
    inet = block("inet", Stanza(words=f"address {address}", tag="address", keys=(("name", address),)))
    unit = Stanza(words="unit 0", tag="unit", keys=(("name", "0"),), children=(block("family", inet),))
    return Stanza(words=name, tag="interface", keys=(("name", name),), children=(unit,))


def _system() -> Stanza:
    password = item("encrypted-password", "$6$labsalt0$3Jk9vR7dQe0yT5uWq1pXz8sN2mB4cV6fG", secret=True)
    return block(
        "system",
        block("root-authentication", password),
        block(
            "login",
            named("user", "lab", item("class", "super-user"), block("authentication", password)),
        ),
        block("services", block("ssh", item("root-login", "deny")), block("netconf", item("ssh"))),
        block("ntp", Stanza(words="server 10.10.0.1", tag="server", keys=(("name", "10.10.0.1"),))),
    )


def _cluster(scene: Scene) -> Stanza:
    groups = (
        Stanza(
            words=f"redundancy-group {each.group}",
            tag="redundancy-group",
            keys=(("name", str(each.group)),),
            children=(
                *(_priority(node, each.priority[node]) for node in NodeId),
                *((item("preempt"),) if each.preempt else ()),
            ),
        )
        for each in scene.spec.groups
    )
    return block("cluster", item("reth-count", scene.spec.scale.reths), *groups)


def _priority(node: NodeId, priority: int) -> Stanza:
    number = str(node.number)
    return Stanza(
        words=f"node {number} priority {priority}",
        tag="node",
        keys=(("name", number), ("priority", str(priority))),
    )


def _security(scene: Scene) -> Iterator[Stanza]:
    yield Stanza(words="ike", tag="ike", children=tuple(_ike(scene)))
    yield block("nat", *_nat(scene))
    yield Stanza(words="policies", tag="policies", children=_policies(scene))
    yield block(
        "zones",
        *(
            Stanza(
                words=f"security-zone {name}",
                tag="security-zone",
                keys=(("name", name),),
                children=(
                    block(
                        "interfaces",
                        Stanza(words=f"reth{n}.0", tag="interfaces", keys=(("name", f"reth{n}.0"),)),
                    ),
                ),
            )
            for n, name in enumerate(traffic.zones(scene))
        ),
    )


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
            "gateway", f"gw-{index}", item("ike-policy", f"ike-{index}"), item("address", gateway(index))
        )


def _nat(scene: Scene) -> tuple[Stanza, ...]:
    rules = (
        named("rule", f"snat-{index}", block("then", block("source-nat", item("interface"))))
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
        block("match", item("source-address", f"net-{number % 200}"), item("destination-address", "any"),
              item("application", "junos-https")),
        block("then", item("permit")),
    )  # fmt: skip


def _interfaces(scene: Scene) -> Stanza:
    ports = scene.spec.platform.fabric_ports
    fabric = (
        Stanza(
            words=f"fab{index}",
            tag="interface",
            keys=(("name", f"fab{index}"),),
            children=(block("fabric-options", _member(ports[index])),),
        )
        for index in (0, 1)
    )
    reths = (_interface(f"reth{n}", f"10.0.{n}.1/24") for n in range(scene.spec.scale.reths))
    return block("interfaces", *fabric, *reths)


def _member(port: str) -> Stanza:
    """`member-interfaces { PORT; }`, in XML `<member-interfaces><name>PORT</name>`."""
    inner = Stanza(words=port, tag="member-interfaces", keys=(("name", port),))
    return Stanza(words="member-interfaces", tag="", children=(inner,))


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


def narrowed(stanzas: Iterable[Stanza], path: list[str]) -> Iterator[Stanza]:
    """Only what lies on a path such as chassis / cluster; a word matches words or tag."""
    for stanza in stanzas:
        if not path:
            yield stanza
        elif path[0] in {stanza.tag, stanza.words, stanza.words.split(" ")[0]}:
            if stanza.children is None or len(path) == 1:
                yield stanza
            else:
                inner = narrowed(stanza.children, path[1:])
                yield Stanza(words=stanza.words, tag=stanza.tag, keys=stanza.keys, children=inner)


def curly_lines(stanzas: Iterable[Stanza], depth: int = 0) -> Iterator[str]:
    """The indented form of `show configuration`."""
    indent = "    " * depth
    for stanza in stanzas:
        if stanza.children is None:
            value = "" if stanza.value is None else f" {stanza.value}"
            note = "; ## SECRET-DATA" if stanza.secret else ";"
            yield f"{indent}{stanza.words}{value}{note}"
        else:
            yield f"{indent}{stanza.words} {{"
            yield from curly_lines(stanza.children, depth + 1)
            yield f"{indent}}}"


def set_lines(stanzas: Iterable[Stanza], prefix: str = "set") -> Iterator[str]:
    """`| display set`."""
    for stanza in stanzas:
        here = f"{prefix} {stanza.words}"
        if stanza.children is None:
            yield here if stanza.value is None else f"{here} {stanza.value}"
            continue
        empty_block = True
        for line in set_lines(stanza.children, here):
            empty_block = False
            yield line
        if empty_block:
            yield here


def elements(stanzas: Iterable[Stanza]) -> Iterator[Element]:
    """The XML form."""
    for stanza in stanzas:
        if not stanza.tag:
            yield from elements(stanza.children or ())
        elif stanza.children is None and not stanza.keys:
            value = None if stanza.value is None else stanza.value.strip('"')
            yield empty(stanza.tag) if value is None else leaf(stanza.tag, value)
        else:
            yield stream(stanza.tag, _inner(stanza))


def _inner(stanza: Stanza) -> Iterator[Element]:
    for name, value in stanza.keys:
        yield leaf(name, value)
    yield from elements(stanza.children or ())


def chosen(scene: Scene, query: Query) -> Iterable[Stanza]:
    """The statements a query asks for: all, or those under its filter path."""
    path = (query.get("filter") or "").split()
    return narrowed(statements(scene), path) if path else statements(scene)


def _committed(scene: Scene) -> dict[str, str]:
    commits = scene.world.state.commits
    if not commits:
        return {}
    at = commits[0].at
    return {
        "junos_commit-seconds": str(int(at)),
        "junos_commit-localtime": long_date(at),
        "junos_commit-user": commits[0].user,
    }


def configuration(scene: Scene, query: Query) -> Element:
    """`<configuration>`, `<configuration-text>` or `<configuration-set>`, as `format` asks."""
    match query.get("format"):
        case "text":
            lines = "\n".join(
                [*_headers(scene), *curly_lines(chosen(scene, query)), *scene.world.state.committed_lines]
            )
            return leaf("configuration-text", lines, padded=True, ns="http://xml.juniper.net/xnm/1.1/xnm")
        case "set":
            lines = "\n".join(all_set_lines(scene, query))
            return leaf("configuration-set", lines, padded=True)
        case _:
            return stream(
                "configuration",
                elements(chosen(scene, query)),
                ns="http://xml.juniper.net/xnm/1.1/xnm",
                **_committed(scene),
            )


def _headers(scene: Scene) -> Iterator[str]:
    commits = scene.world.state.commits
    if commits:
        yield f"## Last commit: {long_date(commits[0].at)} by {commits[0].user}"


def all_set_lines(scene: Scene, query: Query) -> Iterator[str]:
    yield from set_lines(chosen(scene, query))
    if not query.get("filter"):
        yield from scene.world.state.committed_lines


def text(scene: Scene, query: Query) -> Iterator[str]:
    """What `show configuration` prints."""
    yield from _headers(scene)
    path = (query.get("filter") or "").split()
    stanzas: Iterable[Stanza] = statements(scene)
    if path:
        stanzas = _below(stanzas, path)
    yield from curly_lines(stanzas)


def _below(stanzas: Iterable[Stanza], path: list[str]) -> Iterator[Stanza]:
    """The inside of the hierarchy a path names, as the CLI shows it."""
    found = [each for each in stanzas if path[0] in {each.tag, each.words, each.words.split(" ")[0]}]
    for each in found:
        if len(path) > 1 and each.children is not None:
            yield from _below(each.children, path[1:])
        elif each.children is None:
            yield each
        else:
            yield from each.children
