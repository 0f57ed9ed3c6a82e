"""Releases and ranges of any form: writing, reading and comparing them agree."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srx_issu.domain.errors import IncomparableReleases, UnparsableVersion
from srx_issu.domain.junos.release_range import both
from srx_issu.domain.junos.version import JunosVersion, ReleaseKind, compare, image_facts, parse, same_release

_small = st.integers(min_value=0, max_value=40)
_part = st.one_of(st.none(), st.integers(min_value=1, max_value=40))


@st.composite
def standard_releases(draw: st.DrawFn, *, with_spin: bool = False) -> JunosVersion:
    return JunosVersion(
        major=draw(st.integers(min_value=9, max_value=30)),
        minor=draw(st.integers(min_value=0, max_value=4)),
        kind=ReleaseKind.STANDARD,
        number=draw(st.integers(min_value=1, max_value=4)),
        service=draw(_part),
        variant=draw(_part),
        spin=draw(_small if with_spin else st.one_of(st.none(), _small)),
    )


@st.composite
def releases(draw: st.DrawFn) -> JunosVersion:
    kind = draw(st.sampled_from(ReleaseKind))
    main = {"major": draw(st.integers(min_value=9, max_value=30)), "minor": draw(_small), "kind": kind}
    if not kind.is_ordered and kind is not ReleaseKind.BETA:
        branch = draw(st.sampled_from(["", "_0423_builder", "_RELEASE_191_THROTTLE"]))
        return JunosVersion(**main, build=f"{draw(st.integers(20100101, 20301231))}.{draw(_small)}{branch}")
    drop = draw(_part) if kind is ReleaseKind.TRAIN else None
    return JunosVersion(
        **main,
        number=draw(_small),
        drop=drop,
        service=draw(_part),
        variant=draw(_part),
        spin=draw(st.one_of(st.none(), _small)),
    )


@given(releases())
def test_every_release_survives_writing_and_parsing(version: JunosVersion) -> None:
    assert parse(str(version)) == version


@given(st.text(max_size=40))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        version = parse(text)
    except UnparsableVersion:
        return
    assert str(version) == text.strip()


@given(st.text(max_size=60))
def test_any_file_name_is_read_or_refused(text: str) -> None:
    try:
        facts = image_facts(f"junos-srx{text}.tgz")
    except UnparsableVersion:
        return
    assert str(facts.release) in text


@given(
    standard_releases(with_spin=True), standard_releases(with_spin=True), standard_releases(with_spin=True)
)
def test_releases_of_one_line_are_in_total_order(a: JunosVersion, b: JunosVersion, c: JunosVersion) -> None:
    assert compare(a, b) == -compare(b, a)
    if compare(a, b) == 0:
        assert same_release(a, b)
    if compare(a, b) <= 0 and compare(b, c) <= 0:
        assert compare(a, c) <= 0


@given(releases(), releases())
def test_comparing_is_refused_both_ways_or_neither(a: JunosVersion, b: JunosVersion) -> None:
    try:
        forth = compare(a, b)
    except IncomparableReleases:
        with pytest.raises(IncomparableReleases):
            compare(b, a)
        assert not same_release(a, b)
    else:
        assert compare(b, a) == -forth


@given(standard_releases(), st.integers(min_value=0, max_value=40))
def test_leaving_out_the_spin_never_makes_another_release(version: JunosVersion, spin: int) -> None:
    text = str(version) if version.spin is None else str(version).rpartition(".")[0]
    assert same_release(parse(text), parse(f"{text}.{spin}"))


@given(st.lists(st.sampled_from([True, False, None])))
def test_both_does_not_depend_on_the_order(answers: list[bool | None]) -> None:
    assert both(*answers) is both(*reversed(answers))
    assert (both(*answers) is True) == all(answer is True for answer in answers)
