"""The documents lead somewhere: links, anchors, files and folders of ours, sections that code cites."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.places import ROOT

DOCS = ROOT / "docs"
DOCUMENTS = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted(DOCS.rglob("*.md")),
)
SOURCES = ("include", "dags", "plugins", "tests", "tools", ".github", ".ci")
FROM = (ROOT, ROOT / "include", ROOT / "include/srx_issu", ROOT / "include/srx_lab")
FOREIGN = {
    "build": "what tests leave behind",
    "keys": "the lab's state folder",
    "my-fleet": "the operator's own folder in examples",
    "prometheus": "an image of a registry",
    "webserver_config.py": "Airflow's",
    "compose.override.yaml": "the operator's",
}
"""First parts of paths, and file names, that are not in this repository. Absolute and hidden paths, addresses
and patterns (a ``<NAME>``, a WORD in capitals) are never ours either."""

FENCE = re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)[ \t]*$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)", re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(?P<title>.+?) *#*$", re.MULTILINE)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)(?: +\"[^\"]*\")?\)|^\[[^\]]+\]: +(?P<defined>\S+)", re.MULTILINE)
EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
LINK_TEXT = re.compile(r"\[(?P<text>[^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")

PATH = re.compile(r"[a-z_*][\w*-]+(?:/[\w.*-]+)*/?|[\w*-]+\.(?:py|md|ya?ml|toml)", re.ASCII)
OF_OURS = re.compile(r"/|\.(?:py|md|ya?ml|toml)$")
PORT = re.compile(r"[a-z]{2,4}-\d+/\d+/\d+")  # of a firewall
PLACEHOLDER = re.compile(r"(?:^|/)[A-Z]+(?:/|$)")
CITED = re.compile(r"\bdocs/(?P<page>[\w/-]+\.md)(?P<sections>(?:(?:,| and) (?:\"[^\"]+\"|'[^']+'))*)")
SECTION = re.compile(r"\"([^\"]+)\"|'([^']+)'")
CONTINUED = re.compile(r"\n[ \t]*(?:# ?)?")


def prose(text: str) -> str:
    """Without what stands in fences, which is an operator's screen and not ours to keep."""
    return FENCE.sub("", text)


def slug(title: str) -> str:
    """The anchor that GitHub makes of a heading."""
    words = LINK_TEXT.sub(r"\g<text>", title).replace("`", "").replace("*", "")
    return re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")


@cache
def titles(page: Path) -> tuple[str, ...]:
    return tuple(found["title"] for found in HEADING.finditer(prose(page.read_text(encoding="utf-8"))))


@cache
def anchors(page: Path) -> frozenset[str]:
    """A heading that is defined twice gets a number from its second time on."""
    seen: Counter[str] = Counter()
    found = set[str]()
    for name in map(slug, titles(page)):
        found.add(f"{name}-{seen[name]}" if seen[name] else name)
        seen[name] += 1
    return frozenset(found)


def broken_links(page: Path, text: str) -> Iterator[str]:
    for found in LINK.finditer(SPAN.sub("", prose(text))):
        target = found["target"] or found["defined"]
        if EXTERNAL.match(target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / unquote(path)).resolve() if path else page
        if not there.exists():
            yield f"{target}: no such file"
        elif anchor and anchor not in anchors(there):
            yield f"{target}: {there.name} has no heading '{anchor}'"


def missing_files(text: str) -> Iterator[str]:
    """What is named in backticks like a file or folder of ours and is not there."""
    for span in SPAN.finditer(prose(text)):
        for word in span["code"].split():
            name = word.strip("(){},;:'\"|")
            if is_of_ours(name) and not is_there(name):
                yield name


def is_of_ours(name: str) -> bool:
    first = name.partition("/")[0]
    return (
        PATH.fullmatch(name) is not None
        and OF_OURS.search(name) is not None
        and first not in FOREIGN
        and PORT.fullmatch(name) is None
        and PLACEHOLDER.search(name) is None
    )


def is_there(name: str) -> bool:
    """A path from one of the usual places; a bare name, and a single folder's, anywhere."""
    path = name.rstrip("/")
    if any(_exists(place, path) for place in FROM):
        return True
    if "/" in path:
        return False
    return path in (folder_names() if name.endswith("/") else file_names())


def _exists(place: Path, path: str) -> bool:
    return any(place.glob(path)) if "*" in path else (place / path).exists()


@cache
def tree() -> tuple[Path, ...]:
    places = ("include", "dags", "plugins", "tests", "docs", "tools")
    return tuple(
        path for place in places for path in (ROOT / place).rglob("*") if "__pycache__" not in path.parts
    )


@cache
def file_names() -> frozenset[str]:
    return frozenset(path.name for path in tree() if path.suffix)


@cache
def folder_names() -> frozenset[str]:
    return frozenset(path.name for path in tree() if not path.suffix)


def sources() -> Iterator[Path]:
    """Whatever may cite a page, but for this file, which cites some that are not there."""
    yield from (ROOT / name for name in ("Makefile", "docker-compose.yaml", ".env.example", "pyproject.toml"))
    yield from DOCUMENTS
    for place in SOURCES:
        for path in (ROOT / place).rglob("*"):
            if path.suffix in {".py", ".yaml", ".html", ".md"} and path != Path(__file__):
                yield path


def strays(text: str) -> Iterator[str]:
    """Citations of a page and its sections, ``docs/page.md, "Section" and "Another"``, that lead nowhere.

    "Trap 2" names the heading "Trap 2: a dead node looks healthy". A citation may be broken over two lines.
    """
    if "docs/" not in text:
        return
    for found in CITED.finditer(CONTINUED.sub(" ", text)):
        page = DOCS / found["page"]
        if not page.is_file():
            yield found["page"]
            continue
        for section in map("".join, SECTION.findall(found["sections"])):
            if not any(_names(section, title) for title in titles(page)):
                yield f"{found['page']}, {section}"


def _names(section: str, title: str) -> bool:
    plain = title.replace("`", "")
    return plain == section or plain.startswith(f"{section}: ")


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_and_every_file_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert list(broken_links(page, text)) == []
    assert list(missing_files(text)) == []


def test_every_page_and_section_that_is_cited_is_there() -> None:
    found = {
        str(path.relative_to(ROOT)): list(strays(path.read_text(encoding="utf-8"))) for path in sources()
    }
    assert {path: lost for path, lost in found.items() if lost} == {}


@pytest.mark.parametrize(
    ("title", "anchor"),
    [
        ("ISSU: steps", "issu-steps"),
        ("PyEZ's software installer", "pyezs-software-installer"),
        ("`inventory/*.csv`", "inventorycsv"),
        ("cold_sync_failed", "cold_sync_failed"),
        ("A [link](files.md) in a heading", "a-link-in-a-heading"),
        ("Who did what?", "who-did-what"),
    ],
)
def test_anchors_are_made_as_github_makes_them(title: str, anchor: str) -> None:
    assert slug(title) == anchor


def test_a_broken_link_is_found() -> None:
    text = "[a](gone.md) [b](runbook.md#gone) [c](runbook.md#ksyncd) `[d](gone.md)`\n\n[e]: gone.md#x\n"
    assert [line.partition(":")[0] for line in broken_links(DOCS / "lab.md", text)] == [
        "gone.md",
        "runbook.md#gone",
        "gone.md#x",
    ]


@pytest.mark.parametrize(
    "gone", ["domain/gone.py", "steps/gone/", "tests/gone", "gone.py", "gone/", "docs/gone.md"]
)
def test_a_file_of_yesterday_is_found(gone: str) -> None:
    assert list(missing_files(f"see `{gone}`")) == [gone]


@pytest.mark.parametrize(
    "elsewhere",
    [
        "/var/tmp/x.tgz",
        "report.html",
        ".srx-issu/logs",
        "campaigns/RUN/",
        "nodes/<cluster>/",
        "n/a",
        "s3://b/c.py",
    ],
)
def test_what_lies_elsewhere_is_no_alarm(elsewhere: str) -> None:
    assert list(missing_files(f"see `{elsewhere}`")) == []


def test_a_section_that_is_gone_is_a_stray() -> None:
    text = """docs/junos.md, "Trap 2", "Trap" and 'Refusals'; docs/gone.md, "x" """
    assert list(strays(text)) == ["junos.md, Trap", "gone.md"]
    assert list(strays('(docs/junos.md,\n    # "ISSU:\n    # timers")')) == []
