"""Run by ``test_every_guard.py`` on a copy: is it the copy that the tests see?"""

from __future__ import annotations

import os
from pathlib import Path

import srx_issu


def test_the_copy_is_tested() -> None:
    assert str(Path(srx_issu.__file__).parent.parent) == os.environ["PYTHONPATH"].split(os.pathsep)[0]
