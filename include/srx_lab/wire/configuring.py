"""NETCONF's and Junos's own operations on the configuration: get, lock, load, compare, commit, roll back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from srx_lab.answering import ask
from srx_lab.device import Device
from srx_lab.editing.reading import lines_of_json, lines_of_text, lines_of_xml
from srx_lab.editing.schema import UnknownStatement
from srx_lab.machine.commits import CommitOptions
from srx_lab.machine.words import Severity
from srx_lab.markup import empty, leaf, node
from srx_lab.operations.candidate import Candidate, Locked, Modified
from srx_lab.replies.answer import OK, Reply, RpcError, complaint, result_reply, syntax_error
from srx_lab.replies.scene import Query
from srx_lab.session import Session

_XmlElement = etree._Element
_RESULTS = "load-configuration-results"


def name_of(element: _XmlElement) -> str:
    return str(etree.QName(element).localname)


def text_of(element: _XmlElement) -> str:
    return (element.text or "").strip()


def children_of(element: _XmlElement | None) -> dict[str, _XmlElement]:
    return (
        {name_of(each): each for each in element if isinstance(each.tag, str)} if element is not None else {}
    )


def attributes_of(element: _XmlElement) -> dict[str, str]:
    return {str(etree.QName(name).localname): str(value) for name, value in element.attrib.items()}


@dataclass(frozen=True, kw_only=True)
class Configuring:
    """One session's operations on one node's configuration."""

    device: Device
    session: Session

    @property
    def candidate(self) -> Candidate:
        return Candidate(device=self.device, session=self.session)

    async def run(self, name: str, operation: _XmlElement) -> Reply | None:
        """None for an operation that is no business of the configuration."""
        match name:
            case "get-configuration":
                return await self._get(operation, children_of(operation).get("configuration"))
            case "get-config":
                return await self._get_config(operation)
            case "get":
                return await self._get_everything(operation)
            case "validate":
                return self._commit({"check": operation}, quiet=True)
            case _:
                return self._edit(name, operation)

    def _edit(  # noqa: PLR0911 - one operation a line
        self, name: str, operation: _XmlElement
    ) -> Reply | None:
        try:
            match name:
                case "lock" | "lock-configuration":
                    return self._lock()
                case "unlock" | "unlock-configuration":
                    return OK if self.candidate.unlock() else complaint("configuration database not locked")
                case "open-configuration":
                    return self._open(children_of(operation))
                case "close-configuration":
                    return self._close()
                case "discard-changes":
                    self.candidate.roll_back(0)
                    return OK
                case "edit-config":
                    return self._edit_config(children_of(operation))
                case "load-configuration":
                    return self._load(operation)
                case "commit" | "commit-configuration":
                    unit_s = 1 if name == "commit" else 60
                    return self._commit(children_of(operation), quiet=False, unit_s=unit_s)
                case _:
                    return None
        except Locked as locked:
            return _lock_denied(locked)
        except Modified:
            return complaint("configuration database modified")

    async def _get(self, operation: _XmlElement, wanted: _XmlElement | None) -> Reply:
        arguments = {"format": "xml", **attributes_of(operation), "filter": "\n".join(_paths(wanted))}
        query = Query(rpc="get-configuration", arguments=arguments)
        return await ask(self.device, query, self.session)

    async def _get_config(self, operation: _XmlElement) -> Reply:
        children = children_of(operation)
        source = next(iter(children_of(children.get("source"))), "")
        if source not in {"candidate", "running"}:
            return syntax_error(source or "get-config", "syntax error, expecting <candidate/> or <running/>")
        return await self._data(children, committed=source == "running")

    async def _get_everything(self, operation: _XmlElement) -> Reply:
        """`<get>`: of what it may show, the lab has the configuration."""
        children = children_of(operation)
        unknown = next((name for name in children if name != "filter"), None)
        if unknown is not None:
            return syntax_error(unknown, "syntax error, expecting <filter> or </get>")
        return await self._data(children, committed=True)

    async def _data(self, children: dict[str, _XmlElement], *, committed: bool) -> Reply:
        chosen = children.get("filter")
        arguments = {"format": "xml", "database": "committed" if committed else "candidate"}
        if chosen is not None:
            wanted = children_of(chosen).get("configuration")
            arguments["filter"] = "\n".join(_paths(wanted))
        reply = await ask(self.device, Query(rpc="get-configuration", arguments=arguments), self.session)
        return Reply(parts=reply.parts, within="data")

    def _lock(self) -> Reply:
        self.candidate.lock()
        return OK

    def _open(self, asked: dict[str, _XmlElement]) -> Reply:
        """`<private/>` comes with a warning, as in the CLI [R: what NAPALM expects]."""
        if "private" in asked:
            self.candidate.open_private()
            warning = "uncommitted changes will be discarded on exit"
            return Reply(parts=(RpcError(message=warning, severity=Severity.WARNING),), ok=True)
        self._lock()
        return OK

    def _close(self) -> Reply:
        self.candidate.close_private()
        self.candidate.unlock()
        return OK

    def _edit_config(self, children: dict[str, _XmlElement]) -> Reply:
        configuration = children_of(children.get("config")).get("configuration")
        text = children.get("config-text")
        replacing = "default-operation" in children and text_of(children["default-operation"]) == "replace"
        try:
            if configuration is not None:
                self._take(lines_of_xml(configuration), replacing=replacing)
            elif text is not None:
                inside = "".join(str(piece) for piece in text.itertext())
                self._take(lines_of_text(inside), replacing=replacing)
            else:
                return syntax_error("edit-config", "syntax error, expecting <config>")
        except UnknownStatement as unknown:
            return Reply(parts=(_statement_error(unknown),))
        return OK

    def _take(self, lines: Iterator[str], *, replacing: bool = False) -> Candidate:
        candidate = self.candidate
        candidate.load(lines, replacing=replacing)
        return candidate

    def _load(self, operation: _XmlElement) -> Reply:
        asked = attributes_of(operation)
        if "rollback" in asked:
            return self._roll_back(asked["rollback"])
        if "rescue" in asked:
            return self._rescue()
        try:
            lines = _lines_of(operation)
            action = asked.get("action", "merge")
            candidate = self._take(lines, replacing=action in {"override", "overwrite", "update"})
        except UnknownStatement as unknown:
            return Reply(parts=(_statement_error(unknown),), within=_RESULTS)
        warnings = (
            RpcError(message=each, severity=Severity.WARNING, padded=False) for each in candidate.warnings
        )
        return Reply(parts=tuple(warnings), ok=True, within=_RESULTS)

    def _roll_back(self, number: str) -> Reply:
        if not number.isdecimal() or not self.candidate.roll_back(int(number)):
            error = RpcError(message=f"rollback {number}: no such configuration file", padded=False)
            return Reply(parts=(error,), within=_RESULTS)
        return Reply(ok=True, within=_RESULTS)

    def _rescue(self) -> Reply:
        rescue = self.device.here.configuration.rescue
        if rescue is None or not self.device.here.rescue_saved:
            return Reply(parts=(RpcError(message="no rescue configuration", padded=False),), within=_RESULTS)
        self.candidate.refuse_if_locked()
        self.candidate.lines[:] = rescue
        return Reply(ok=True, within=_RESULTS)

    def _commit(self, asked: dict[str, _XmlElement], *, quiet: bool, unit_s: int = 60) -> Reply:
        """`confirm-timeout` counts seconds in NETCONF's own commit, minutes in Junos's [D]."""
        confirm = asked.get("confirm-timeout")
        given = int(text_of(confirm)) if confirm is not None and text_of(confirm).isdecimal() else None
        minutes = 10 if given is None else max(1, round(given * unit_s / 60))
        log = asked.get("log")
        options = CommitOptions(
            check="check" in asked,
            comment=text_of(log) if log is not None else "",
            confirm_min=minutes if "confirmed" in asked else None,
        )
        self.device.cluster.touch()
        reached = self.candidate.reached
        result = self.candidate.commit(options, client="netconf")
        if result.failed:
            return result_reply(result)
        if quiet:
            return OK
        done = "commit-check-success" if options.check else "commit-success"
        names = [each.value for each in reached]
        engines = (node("routing-engine", leaf("name", name), empty(done)) for name in names)
        return Reply(parts=(node("commit-results", *engines),), ok=True)


def _lines_of(operation: _XmlElement) -> Iterator[str]:
    """The lines of whichever form a client sends; raises UnknownStatement."""
    for name, child in children_of(operation).items():
        inside = "".join(str(piece) for piece in child.itertext())
        match name:
            case "configuration":
                return lines_of_xml(child)
            case "configuration-text":
                return lines_of_text(inside)
            case "configuration-set":
                return iter([line.strip() for line in inside.splitlines() if line.strip()])
            case "configuration-json":
                return lines_of_json(inside)
            case _:
                raise UnknownStatement(name)
    raise UnknownStatement("load-configuration")


def _paths(configuration: _XmlElement | None) -> list[str]:
    """The hierarchies of a filter, one a path; an element with text names the entry that is wanted."""
    if configuration is None:
        return []
    return [" ".join(path) for child in children_of(configuration).values() for path in _branches(child)]


def _branches(element: _XmlElement) -> Iterator[list[str]]:
    children = [each for each in element if isinstance(each.tag, str)]
    chosen = [f"{name_of(each)}={text_of(each)}" for each in children if text_of(each) and not len(each)]
    inner = [each for each in children if not text_of(each) or len(each)]
    here = [name_of(element), *chosen]
    if not inner:
        yield here
    for each in inner:
        if name_of(each) == "name":
            yield here
        else:
            yield from ([*here, *path] for path in _branches(each))


def _statement_error(unknown: UnknownStatement) -> RpcError:
    return RpcError(message=unknown.message.rstrip("."), bad_element=unknown.word or None, padded=False)


def _lock_denied(locked: Locked) -> Reply:
    """https://github.com/ansible/ansible/issues/53139 shows the words of it [R]."""
    return Reply(parts=(RpcError(message=locked.message, tag="lock-denied", session=locked.session),))
