"""Every question that is asked of a node."""

from __future__ import annotations

from srx_issu.adapters.devices import questions
from srx_issu.adapters.devices.question import Question
from srx_issu.adapters.devices.state.catalogue import TABLE_QUESTIONS
from srx_issu.adapters.devices.state.system import image_question

PATH = "/var/tmp/junos-srxhe-x86-64-22.4R3-S2.11.tgz"


def every_question() -> tuple[Question, ...]:
    return (
        *(each for each in vars(questions).values() if isinstance(each, Question)),
        questions.checksum(PATH),
        questions.file_show(PATH),
        *(questions.configuration(form) for form in questions.FORMS),
        image_question(PATH).question,
        *(each.question for each in TABLE_QUESTIONS),
    )
