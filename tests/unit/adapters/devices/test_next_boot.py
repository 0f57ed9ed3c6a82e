"""What a node boots next, from the answers that platforms give: named, unnamed, nothing, or not told."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from srx_issu.adapters.devices.next_boot import PENDING, next_boot
from srx_issu.adapters.devices.next_boot_shown import INSTALL_LOG, MEDIA, VMHOST
from srx_issu.adapters.devices.parse.reply import parse_reply
from srx_issu.adapters.devices.question import Question
from srx_issu.adapters.devices.questions import SOFTWARE
from srx_issu.domain.cluster.model import NextBoot
from srx_issu.domain.errors import DeviceTimeout, DeviceUnreachable, UnknownCommand
from tests.fakes.snapshots import N0, T0, view

RUNNING, TARGET = "21.4R3-S5.4", "22.4R3-S2.11"
EMPTY = "<rpc-reply/>"
NAMED = (
    f"<rpc-reply><output>Junos version '{TARGET}' is pending</output>"
    "<package-result>1</package-result></rpc-reply>"
)
UNNAMED = "<rpc-reply><output>There is already an install pending.</output></rpc-reply>"
TWO = f"<rpc-reply><output>{TARGET} pending over {RUNNING}</output></rpc-reply>"
NO_RESULT = "<rpc-reply><output>no pending install</output><package-result>0</package-result></rpc-reply>"
STAGED = (
    "<rpc-reply><output>There is pending upgrade. upgrade_in_progress=stage</output>"
    "<package-result>0</package-result></rpc-reply>"
)
VERSION = (
    f"<rpc-reply><software-information><junos-version>{RUNNING}</junos-version>{{}}"
    "</software-information></rpc-reply>"
)
PLAIN = VERSION.format("")
WITH_PENDING = VERSION.format(f"<junos-version-pending>{TARGET}</junos-version-pending>")


def result(code: int) -> str:
    """Without a word."""
    return f"<rpc-reply><package-result>{code}</package-result></rpc-reply>"


def item(answer: str) -> str:
    """As the node's own, in a reply of both."""
    inner = answer.removeprefix("<rpc-reply>").removesuffix("</rpc-reply>")
    return (
        "<rpc-reply><multi-routing-engine-results><multi-routing-engine-item><re-name>node0</re-name>"
        f"{inner}</multi-routing-engine-item></multi-routing-engine-results></rpc-reply>"
    )


def slices(primary: str, backup: str) -> str:
    def part(name: str, role: str, release: str) -> str:
        return (
            f"<snapshot-medium>internal (/dev/{name}) ({role})</snapshot-medium>"
            f"<creation-date>x</creation-date><software-version><package><package-name>junos</package-name>"
            f"<package-version>{release}-domestic</package-version></package></software-version>"
        )

    found = part("da0s1a", "backup", backup) + part("da0s2a", "primary", primary)
    return f"<rpc-reply><snapshot-information>{found}</snapshot-information></rpc-reply>"


BOOTED = view(N0).booted_at
assert BOOTED is not None
LONG_AGO, JUST_AFTER = BOOTED - timedelta(days=90), BOOTED + timedelta(minutes=5)


def logged(operation: str = "update", *, at: datetime = T0, zone: str = "UTC", result: int | None = 0) -> str:
    """As a QFX5110's log (junos-ops), behind a block that is older than the boot."""

    def block(at: datetime, release: str, result: int | None, operation: str) -> str:
        ending = "" if result is None else f"&lt;package-result&gt;{result}&lt;/package-result&gt;\n"
        path = f" -no-copy /var/tmp/junos-srxentedge-x86-64-{release}.tgz" if operation == "update" else ""
        return (
            f"{at:%Y-%m-%d %H:%M:%S} {zone} mgd[59821]: /usr/libexec/ui/package -X {operation}{path}\n"
            "&lt;output&gt;\nHost OS upgrade staged.\n&lt;/output&gt;\n" + ending
        )

    old = block(LONG_AGO - timedelta(days=1), "20.4R3.8", 0, "update")
    content = old + block(at, TARGET, result, operation)
    return f"<rpc-reply><file-content>{content}</file-content></rpc-reply>"


def sets(current: str, other: str) -> str:
    """As PyEZ reads it (fact "vmhost")."""
    return (
        "<rpc-reply><vmhost-version-information><current-root-set>p</current-root-set>"
        f"<set-disk-info><set-disk-name>set p</set-disk-name><set-junos-version>{current}</set-junos-version>"
        f"</set-disk-info><set-disk-info><set-disk-name>set b</set-disk-name><set-junos-version>{other}"
        "</set-junos-version></set-disk-info></vmhost-version-information></rpc-reply>"
    )


OF_AN_MX204 = f"""<rpc-reply><output>
Current root details,           Device sda, Label: jrootp_P, Partition: sda3
Current boot disk: Primary
Current root set: p
UEFI    Version: CBEP_P_SUM1_00.13.01

Version: set p
VMHost Version: 5.2268
VMHost Root: vmhost-x86_64-20.2R2-S1-20201210_1323_builder
Junos Disk: junos-install-mx-x86-64-{RUNNING}

Version: set b
VMHost Version: 5.2225
Junos Disk: junos-install-mx-x86-64-{TARGET}
</output></rpc-reply>"""


def asked(answers: dict[Question, str]) -> NextBoot | None:
    """Who is not in ``answers`` does not know the question."""
    asking = next_boot(N0, view(N0, RUNNING))
    try:
        question = next(asking)
        while True:
            if question in answers:
                question = asking.send(parse_reply("node0", answers[question]))
            else:
                question = asking.throw(UnknownCommand("node0", "syntax error"))
    except StopIteration as done:
        found: NextBoot | None = done.value
        return found


NOTHING, SOME = NextBoot(is_other=False), NextBoot(is_other=True)
GIVEN = NextBoot(is_other=True, release=TARGET)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({PENDING: EMPTY}, NOTHING),
        ({PENDING: NO_RESULT}, NOTHING),
        ({PENDING: EMPTY, SOFTWARE: PLAIN, MEDIA: slices(TARGET, RUNNING)}, None),  # they do not agree
        ({PENDING: EMPTY, SOFTWARE: WITH_PENDING}, None),
        ({PENDING: NAMED, SOFTWARE: WITH_PENDING.replace(TARGET, "23.2R1.14")}, None),
        ({PENDING: UNNAMED, INSTALL_LOG: logged()}, GIVEN),
        ({PENDING: UNNAMED, INSTALL_LOG: logged(at=LONG_AGO)}, None),
        ({PENDING: UNNAMED, INSTALL_LOG: logged(result=1)}, SOME),
        ({PENDING: UNNAMED, INSTALL_LOG: logged("rollback")}, SOME),
        ({INSTALL_LOG: logged()}, GIVEN),
        ({INSTALL_LOG: logged(at=LONG_AGO)}, NOTHING),
        ({INSTALL_LOG: logged(zone="JST")}, GIVEN),
        ({INSTALL_LOG: logged(at=JUST_AFTER, zone="JST")}, None),  # before or behind the boot: who knows
        ({INSTALL_LOG: logged(at=JUST_AFTER)}, GIVEN),
        ({INSTALL_LOG: logged(result=None)}, None),  # it goes on, or was cut short
        ({INSTALL_LOG: logged("rollback")}, None),
        ({INSTALL_LOG: EMPTY}, None),
        ({INSTALL_LOG: logged(), VMHOST: sets(RUNNING, TARGET)}, GIVEN),
        ({INSTALL_LOG: logged(), VMHOST: sets(RUNNING, "20.4R3.8")}, None),  # they do not agree
        ({INSTALL_LOG: logged(), VMHOST: sets(RUNNING, RUNNING)}, None),
        ({PENDING: UNNAMED, VMHOST: sets(RUNNING, TARGET)}, GIVEN),
        ({VMHOST: sets(RUNNING, TARGET)}, None),  # pending, or what ran before
        ({VMHOST: sets(RUNNING, RUNNING)}, NOTHING),
        ({VMHOST: OF_AN_MX204}, None),
        ({PENDING: UNNAMED, VMHOST: OF_AN_MX204}, GIVEN),
        ({VMHOST: "<rpc-reply><output>Version get failed</output></rpc-reply>"}, None),
        ({PENDING: EMPTY, SOFTWARE: PLAIN, MEDIA: slices(RUNNING, TARGET)}, NOTHING),
        ({PENDING: NAMED}, GIVEN),
        ({PENDING: UNNAMED}, SOME),
        ({PENDING: TWO}, SOME),
        ({PENDING: UNNAMED, SOFTWARE: WITH_PENDING}, GIVEN),
        ({PENDING: UNNAMED, SOFTWARE: PLAIN, MEDIA: slices(TARGET, RUNNING)}, GIVEN),
        ({PENDING: UNNAMED, SOFTWARE: PLAIN, MEDIA: slices(RUNNING, TARGET)}, None),
        ({SOFTWARE: WITH_PENDING}, GIVEN),
        ({SOFTWARE: PLAIN, MEDIA: slices(TARGET, RUNNING)}, GIVEN),
        ({SOFTWARE: PLAIN, MEDIA: slices(RUNNING, TARGET)}, NOTHING),
        ({SOFTWARE: PLAIN, MEDIA: "<rpc-reply><snapshot-information/></rpc-reply>"}, None),
        ({SOFTWARE: PLAIN}, None),
        ({}, None),
        ({PENDING: result(1)}, SOME),
        ({PENDING: result(1), SOFTWARE: WITH_PENDING}, GIVEN),
        ({PENDING: result(7)}, None),
        ({PENDING: result(7), SOFTWARE: PLAIN, MEDIA: slices(RUNNING, TARGET)}, NOTHING),
        ({PENDING: "<rpc-reply><output/><package-result>0</package-result></rpc-reply>"}, NOTHING),
        ({PENDING: "<rpc-reply><pending-install-information/></rpc-reply>"}, None),
        ({PENDING: f"<rpc-reply>{TARGET} is pending</rpc-reply>"}, None),
        ({PENDING: STAGED}, None),
        ({PENDING: STAGED, SOFTWARE: WITH_PENDING}, GIVEN),
        ({PENDING: item("")}, NOTHING),
        ({PENDING: item(result(1))}, SOME),
    ],
)
def test_is_read_from_what_the_platform_has(answers: dict[Question, str], expected: NextBoot | None) -> None:
    assert asked(answers) == expected


def test_a_session_that_is_over_is_no_answer() -> None:
    asking = next_boot(N0, view(N0, RUNNING))
    next(asking)
    with pytest.raises(DeviceTimeout):
        asking.throw(DeviceTimeout("node0", "silent"))


def test_the_answer_of_the_other_node_is_not_this_ones() -> None:
    wrapped = (
        "<rpc-reply><multi-routing-engine-results><multi-routing-engine-item><re-name>node1</re-name>"
        f"<output>{TARGET} is pending</output></multi-routing-engine-item></multi-routing-engine-results>"
        "</rpc-reply>"
    )
    assert asked({PENDING: wrapped}) is None


def test_an_answer_under_the_banner_of_the_other_node_is_not_this_ones() -> None:
    asking = next_boot(N0, view(N0, RUNNING))
    next(asking)
    with pytest.raises(DeviceUnreachable, match="answered as node1"):
        asking.send(parse_reply("node0", "<rpc-reply><banner>{primary:node1}</banner></rpc-reply>"))


def test_two_answers_of_one_node_are_none() -> None:
    twice = item(result(0)).replace(
        "</multi-routing-engine-results>",
        "<multi-routing-engine-item><re-name>node0</re-name><package-result>1</package-result>"
        "</multi-routing-engine-item></multi-routing-engine-results>",
    )
    assert asked({PENDING: twice}) is None
