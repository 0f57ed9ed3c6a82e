"""What is loaded before the fork: a module that was renamed would silently be loaded by every task again."""

from __future__ import annotations

from pathlib import Path

import pytest

import srx_issu
from srx_issu.embedded.stack import PRELOADED

HERE = Path(srx_issu.__file__).parent.parent


@pytest.mark.parametrize("component", PRELOADED)
def test_every_module_of_ours_is_there(component: str) -> None:
    ours = [name for name in PRELOADED[component] if name.startswith("srx_issu.")]
    assert ours
    assert [name for name in ours if not HERE.joinpath(*name.split(".")).with_suffix(".py").is_file()] == []
