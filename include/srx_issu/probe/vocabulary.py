"""Which elements an answer may have: everything else in it is shown, for nobody here has seen it yet.

``vocabulary.yaml`` names them by question and parent. An element that is not there may mean anything; one
that comes once and is there twice says two things; one that is always there and is missing says nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from srx_issu.adapters.devices.parse.reply import Element, fragment
from srx_issu.adapters.devices.question import Question

FILE = Path(__file__).with_name("vocabulary.yaml")
REPLY = "reply"  # stands for whatever a body may lie in
_MANY, _ALWAYS = "*", "!"
# What wraps bodies, and what stands beside them in any answer (docs/junos.md, "Replies")
_WRAPPERS = frozenset({"rpc-reply", "multi-routing-engine-results", "multi-routing-engine-item", "data"})
_BESIDE = frozenset({"re-name", "cli", "rpc-error", "error", "output", "warning", "ok"})
_LONGEST_FRAGMENT = 160
_NAMESPACES = re.compile(r"\sxmlns(?::[\w.-]+)?=(?:\"[^\"]*\"|'[^']*')")


@dataclass(frozen=True, kw_only=True)
class Oddity:
    """One thing about an answer that was not expected."""

    said: str
    fragment: str = ""
    is_missing: bool = False


@dataclass(frozen=True, kw_only=True)
class KnownElements:
    """Below one parent: every name, those that may be there more than once, those that always are."""

    names: frozenset[str]
    many: frozenset[str]
    always: frozenset[str]

    @classmethod
    def of(cls, words: str) -> KnownElements:
        """From ``name name* name! name*!``."""
        each = {word.rstrip(_MANY + _ALWAYS): word for word in words.split()}
        return cls(
            names=frozenset(each),
            many=frozenset(name for name, word in each.items() if _MANY in word),
            always=frozenset(name for name, word in each.items() if _ALWAYS in word),
        )


Vocabulary = Mapping[str, KnownElements]  # by parent
_NOTHING = KnownElements(names=frozenset(), many=frozenset(), always=frozenset())


def name_of(question: Question) -> str:
    """What a question is called in the vocabulary: its RPC, or its command where it has none."""
    return question.rpc.name if question.rpc else question.cli


def vocabulary_of(question: Question) -> Vocabulary:
    return _whole().get(name_of(question), {})


@cache
def _whole() -> dict[str, Vocabulary]:
    raw = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return {
        question: {parent: KnownElements.of(words or "") for parent, words in parents.items()}
        for question, parents in raw.items()
    }


def oddities(root: Element, known: Vocabulary) -> Iterator[Oddity]:
    """What is unknown, said twice or missing in a whole reply; the same thing is told once."""
    told = set[str]()
    for found in _in(root, known):
        if found.said not in told:
            told.add(found.said)
            yield found


def _in(parent: Element, known: Vocabulary) -> Iterator[Oddity]:
    wraps = parent.tag in _WRAPPERS
    place = REPLY if wraps else str(parent.tag)
    elements = known.get(place, _NOTHING)
    counted = Counter(str(child.tag) for child in parent)
    for child in parent:
        name = str(child.tag)
        if wraps and name in _WRAPPERS:
            yield from _in(child, known)
        elif wraps and name in _BESIDE:
            continue
        elif name not in elements.names:
            said = f"unknown element <{name}>" + ("" if wraps else f" in <{place}>")
            yield Oddity(said=said, fragment=_short(child))
        elif counted[name] > 1 and name not in elements.many and not wraps:
            yield Oddity(said=f"<{name}> {counted[name]} times in <{place}>", fragment=_short(child))
        else:
            yield from _in(child, known)
    if not wraps:
        for name in sorted(elements.always - counted.keys()):
            yield Oddity(said=f"no <{name}> in <{place}>", fragment=_short(parent), is_missing=True)


def _short(element: Element) -> str:
    """Without the names of its namespaces, which would leave no room for what it says."""
    return " ".join(_NAMESPACES.sub("", fragment(element)).split())[:_LONGEST_FRAGMENT]
