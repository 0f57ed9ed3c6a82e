"""Release names: grammar, order, equality, and the names of image files (docs/junos.md, "Release names" and
"Image names")."""

from __future__ import annotations

import pytest

from srx_issu.domain.errors import IncomparableReleases, UnparsableVersion
from srx_issu.domain.junos.version import (
    JunosVersion,
    ReleaseKind,
    compare,
    image_facts,
    is_later,
    parse,
    same_release,
)
from srx_issu.domain.verdict import Status

SAMPLES = (
    "15.1X49-D70.3",
    "17.4R1-S2.1",
    "21.2R3-S5.6",
    "22.4R3.25",
    "24.2R1-S1.10",
    "20.4R3-S10-V30.1",
    "12.1X46-D20",
    "17.3-2017-07-02.0_RELEASE_173_THROTTLE",
    "19.1-20190127.0",
    "10.4R4",
    "15.1F6-S3.2",
    "12.1B2.9",
    "12.1I20120101_0423_builder",
)


class TestParse:
    @pytest.mark.parametrize(
        "text", ["", " ", "21", "21.4", "R3", "21.4R", "21.4r3x", "v21.4R3", "21.4R3-S", "21.4R3-D5"]
    )
    def test_refuses_what_is_no_release_name(self, text: str) -> None:
        with pytest.raises(UnparsableVersion):
            parse(text)

    @pytest.mark.parametrize(
        "text",
        [
            "21.4R3; reboot",
            "21.4R3\nset system",
            "21.4R٣",
            "21.4R3-S05",
            "021.4R3",
            "21.4R3" + "9" * 200,
            "21.4R3\x00",
        ],
    )
    def test_refuses_hostile_names(self, text: str) -> None:
        with pytest.raises(UnparsableVersion):
            parse(text)

    @pytest.mark.parametrize("text", ["23.4R2-EVO", "23.4R2-S1.4-EVO", "23.4r2-evo"])
    def test_refuses_junos_evolved_with_the_reason(self, text: str) -> None:
        with pytest.raises(UnparsableVersion, match="Evolved"):
            parse(text)

    def test_says_how_a_lower_case_name_should_be_written(self) -> None:
        with pytest.raises(UnparsableVersion, match=r"did you mean '21\.4R3-S5\.4'"):
            parse("21.4r3-s5.4")

    def test_a_long_name_is_not_repeated_in_full(self) -> None:
        with pytest.raises(UnparsableVersion) as refused:
            parse("21.4R" + "1" * 10_000)
        assert len(str(refused.value)) < 200

    @pytest.mark.parametrize("text", SAMPLES)
    def test_knows_every_sample_and_writes_it_back(self, text: str) -> None:
        assert str(parse(text)) == text

    def test_ignores_blanks_around_the_name(self) -> None:
        assert parse("\n21.4R3-S5.4 ") == parse("21.4R3-S5.4")

    def test_takes_a_service_release_apart(self) -> None:
        version = parse("20.4R3-S10-V30.1")
        assert version == JunosVersion(
            major=20, minor=4, kind=ReleaseKind.STANDARD, number=3, service=10, variant=30, spin=1
        )

    def test_takes_an_x_train_apart(self) -> None:
        version = parse("15.1X49-D70.3")
        assert (version.kind, version.number, version.drop, version.spin) == (ReleaseKind.TRAIN, 49, 70, 3)


class TestOrder:
    @pytest.mark.parametrize(
        ("earlier", "later"),
        [
            ("21.2R3-S5.6", "21.2R3-S10.2"),  # PyEZ says otherwise
            ("22.4R3-S2", "22.4R3-S10"),
            ("22.4R3", "22.4R3-S1"),
            ("22.4R3-S10", "22.4R4"),
            ("22.4R3.9", "22.4R3.25"),
            ("22.4R3.25", "22.4R3-S1.1"),  # the spin restarts
            ("9.6R1", "10.4R4"),
            ("20.4R3-S10.2", "20.4R3-S10-V30.1"),
            ("15.1X49-D70.3", "15.1X49-D110.1"),
            ("12.1X46", "12.1X46-D20"),
        ],
    )
    def test_numbers_count_as_numbers(self, earlier: str, later: str) -> None:
        assert parse(earlier) < parse(later)
        assert parse(later) > parse(earlier)
        assert is_later(parse(later), parse(earlier)).passed
        assert not is_later(parse(earlier), parse(later)).passed

    def test_a_missing_spin_fits_any_spin(self) -> None:
        whole, short = parse("22.4R3.25"), parse("22.4R3")
        assert compare(whole, short) == 0
        assert not whole < short
        assert whole <= short
        assert whole >= short
        assert same_release("22.4R3.25", "22.4R3")
        assert not same_release("22.4R3.25", "22.4R3.26")
        assert not same_release("22.4R3", "22.4R3-S1")

    @pytest.mark.parametrize(
        ("one", "other", "why"),
        [
            ("12.1X46-D20", "12.1X47-D10", "different release lines"),
            ("12.1X46-D20", "12.1R3", "different release lines"),
            ("15.1X49-D70", "17.4R1", "different release lines"),
            ("15.1R7", "15.1F6", "different release lines"),
            ("19.1-20190127.0", "19.1R1", "a daily build"),
            ("19.1-20190127.0", "19.1-20190128.0", "a daily build"),
            ("12.1B2", "12.1B3", "a beta build"),
            ("12.1I20120101_0423", "12.1R1", "an internal build"),
        ],
    )
    def test_refuses_to_compare_across_lines(self, one: str, other: str, why: str) -> None:
        for pair in ((one, other), (other, one)):
            with pytest.raises(IncomparableReleases, match=why):
                compare(parse(pair[0]), parse(pair[1]))
        assert is_later(parse(one), parse(other)).status is not Status.PASS

    def test_nobody_can_tell_whether_a_release_of_another_line_is_later(self) -> None:
        assert is_later(parse("17.4R1"), parse("15.1X49-D70")).status is Status.ERROR

    def test_an_earlier_main_release_is_a_downgrade_on_any_line(self) -> None:
        verdict = is_later(parse("15.1X49-D70"), parse("17.4R1"))
        assert verdict.status is Status.FAIL
        assert "downgrade" in verdict.reason

    def test_says_when_the_target_already_runs(self) -> None:
        assert "already" in is_later(parse("22.4R3"), parse("22.4R3.25")).reason


class TestSameRelease:
    def test_a_daily_build_is_spelt_otherwise_in_its_image(self) -> None:
        assert same_release("19.1-20190127.0", "19.1-2019-01-27.0_RELEASE_191_THROTTLE")
        assert not same_release("19.1-20190127.0", "19.1-2019-01-27.1_RELEASE_191_THROTTLE")
        assert not same_release("19.1-20190127.0_A", "19.1-20190127.0_B")
        assert compare(parse("19.1-20190127.0"), parse("19.1-2019-01-27.0_X")) == 0

    def test_internal_builds_are_the_same_only_letter_by_letter(self) -> None:
        assert same_release("12.1I20120101_0423", "12.1I20120101_0423")
        assert not same_release("12.1I20120101_0423", "12.1I20120101_0424")

    def test_names_outside_the_grammar_are_the_same_when_spelt_the_same(self) -> None:
        assert same_release("23.4R2-EVO", " 23.4R2-EVO")
        assert not same_release("unknown", "21.4R3")


class TestImageFacts:
    @pytest.mark.parametrize(
        "name",
        [
            "junos-install-media-usb-srxsme-mips-64-24.4R1.9.tgz",
            "junos-install-media-net-srxsme-mips-64-25.4R1-S1.4.tgz",
            "junos-vsrx3-x86-64-24.4R1.9.qcow2",
            "junos-srxhe-x86-64-21.4R3.img",
            "junos-srxhe-x86-64-21.4R3.img.gz",
            "junos-srxhe-x86-64-21.4R3.iso",
            "media-vsrx-24.4R1.9.ova",
            "junos-srxhe-x86-64.tgz",
            "jinstall-ex-4200-9.5R1.6-domestic-signed.tgz",
            "junos-install-mx-x86-64-21.4R3.tgz",
            "junos-21.4R3.tgz",
            "junos-srxhe-x86-64-21.4R3.tgz; reboot",
            "../junos-srxhe-x86-64-21.4R3.tgz",
            "junos-srxhe-x86-64-23.4R2-EVO.tgz",
            "junos-srxhe-x86-64-" + "2" * 600 + ".tgz",
        ],
    )
    def test_refuses_what_an_issu_cannot_install(self, name: str) -> None:
        with pytest.raises(UnparsableVersion):
            image_facts(name)

    @pytest.mark.parametrize(
        ("name", "family", "release"),
        [
            ("junos-srxsme-21.4R3-S5.4.tgz", "srxsme", "21.4R3-S5.4"),
            ("junos-srxsme-12.1X46-D55.3-domestic.tgz", "srxsme", "12.1X46-D55.3"),
            ("junos-install-srxsme-mips-64-24.4R2-S1.7.tgz", "srxsme", "24.4R2-S1.7"),
            ("junos-srxentedge-x86-64-20.4R3.8.tgz", "srxentedge", "20.4R3.8"),
            ("junos-srxmr-x86-64-19.4R3-S2.2.tgz", "srxmr", "19.4R3-S2.2"),
            ("junos-srxhe-x86-64-22.4R3-S2.11.tgz", "srxhe", "22.4R3-S2.11"),
            ("junos-srx5000-12.3X48-D30.7-domestic.tgz", "srx5000", "12.3X48-D30.7"),
            ("junos-install-srx5000-x86-64-19.4R2.6.tgz", "srx5000", "19.4R2.6"),
            ("junos-vmhost-install-srx-x86-64-21.4R3.15.tgz", "vmhost-srx", "21.4R3.15"),
            ("junos-vmhost-install-x86-64-21.4R3.15.tgz", "vmhost", "21.4R3.15"),
            ("junos-srx1k3k-12.3X48-D30.7-domestic.tgz", "srx1k3k", "12.3X48-D30.7"),
            ("junos-install-vsrx3-x86-64-24.4R1.9.tgz", "vsrx3", "24.4R1.9"),
            (
                "junos-srxhe-x86-64-19.1-2019-01-27.0_RELEASE_191_THROTTLE.tgz",
                "srxhe",
                "19.1-2019-01-27.0_RELEASE_191_THROTTLE",
            ),
        ],
    )
    def test_reads_family_and_release(self, name: str, family: str, release: str) -> None:
        facts = image_facts(name)
        assert (facts.family, str(facts.release)) == (family, release)
