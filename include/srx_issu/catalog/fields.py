"""What a single value in an operator's file may look like: names, addresses, models, releases, figures.

Each check says what was found and what to write instead. What the values are used for is left to the
modules that describe whole files.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from srx_issu.domain.errors import UnparsableVersion
from srx_issu.domain.junos.release_range import parse_mark
from srx_issu.domain.junos.version import parse

DAY_S = 86_400

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MODEL = re.compile(r"SRX[0-9]{3,4}[A-Z]?|VSRX[0-9]?")
_LABEL = re.compile(r"[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?")
_TABLE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FIGURE = re.compile(r"[a-z][a-z0-9_]{0,63}(?:\.[a-z][a-z0-9_]{0,63})?")
_FAMILY = re.compile(r"v?srx[0-9a-z]*|vmhost(?:-v?srx[0-9a-z]*)?")
_SERIAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9/_-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_TEXT = 500


class FileEntry(BaseModel):
    """Base of everything in these files: unknown keys are faults, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def wrong(found: str, remedy: str) -> PydanticCustomError:
    """A fault in the operator's words; the two halves of a FileFault."""
    return PydanticCustomError("operator_file", "{found}; {remedy}", {"found": found, "remedy": remedy})


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:77]}...")


def _matching(pattern: re.Pattern[str], what: str, remedy: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise wrong(f"{_shown(text)} is not a {what}", remedy)
        return text

    return check


def _host(text: str) -> str:
    """An IP address in its usual spelling, or a host name in lower case."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    labels = text.rstrip(".").split(".")
    if len(text) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        remedy = "give the IP address or host name of the node's fxp0"
        raise wrong(f"{_shown(text)} is not a valid address", remedy)
    return text.lower()


def _model(text: str) -> str:
    name = text.upper()
    if not _MODEL.fullmatch(name):
        raise wrong(f"{_shown(text)} is not an SRX model", "write it like SRX4600")
    return name


def _release(text: str) -> str:
    try:
        return str(parse(text))
    except UnparsableVersion as reason:
        raise wrong(str(reason), "write it as 'show version' does, without the image's other words") from None


def _mark(text: str) -> str:
    try:
        return str(parse_mark(text))
    except UnparsableVersion as reason:
        raise wrong(str(reason), "write a release (17.4R1) or only its first two numbers (17.4)") from None


def _text(text: str) -> str:
    plain = text.strip()
    if not plain or len(plain) > _LONGEST_TEXT or not all(c.isprintable() or c == "\n" for c in plain):
        remedy = f"write 1 to {_LONGEST_TEXT} printable characters"
        raise wrong(f"{_shown(text)} is not readable text", remedy)
    return " ".join(plain.split())


def _hold(text: str) -> str:
    if text.strip().lower() in {"true", "false", "yes", "no", "on", "off"}:
        raise wrong(f"hold is {text!r}", "write why nobody may touch the cluster; to free it, remove the key")
    return _text(text)


def _sha256(text: str) -> str:
    digest = text.strip().lower()
    if not _SHA256.fullmatch(digest):
        remedy = "run 'sha256sum' on the file: 64 hexadecimal digits"
        raise wrong(f"{_shown(text)} is not a valid SHA-256 ({len(digest)} characters)", remedy)
    return digest


def _pattern(pattern: str) -> Any:
    """The same rule for editors; the check itself has the better words."""
    return Field(json_schema_extra={"pattern": f"^(?:{pattern})$"})


_NAME_REMEDY = "use 1 to 64 letters, digits, '.', '_' or '-', and start with a letter or digit"

Name = Annotated[str, AfterValidator(_matching(_NAME, "valid name", _NAME_REMEDY)), _pattern(_NAME.pattern)]
TableName = Annotated[
    str,
    AfterValidator(_matching(_TABLE, "table name", "use lower-case letters, digits and '_'")),
    _pattern(_TABLE.pattern),
]
FigureName = Annotated[
    str,
    AfterValidator(_matching(_FIGURE, "table or figure", "write the table (sessions) or table.field")),
    _pattern(_FIGURE.pattern),
]
Family = Annotated[
    str,
    AfterValidator(
        _matching(_FAMILY, "image family", "write the product in the file name: srxhe, vmhost-srx")
    ),
    _pattern(_FAMILY.pattern),
]
Host = Annotated[str, AfterValidator(_host)]
Serial = Annotated[
    str,
    AfterValidator(_matching(_SERIAL, "serial number", "write it as 'show chassis hardware' does")),
    _pattern(_SERIAL.pattern),
]
Port = Annotated[int, Field(ge=1, le=65535)]
ModelName = Annotated[str, AfterValidator(_model), _pattern("[Vv]?[Ss][Rr][Xx][0-9]{0,4}[A-Za-z]?")]
Release = Annotated[str, AfterValidator(_release)]
Mark = Annotated[str, AfterValidator(_mark)]
Text = Annotated[str, AfterValidator(_text), Field(json_schema_extra={"minLength": 1})]
HoldReason = Annotated[str, AfterValidator(_hold)]
Sha256 = Annotated[str, AfterValidator(_sha256), _pattern("[0-9A-Fa-f]{64}")]
Seconds = Annotated[float, Field(gt=0, le=7 * DAY_S)]
Percent = Annotated[float, Field(ge=0, le=100)]
