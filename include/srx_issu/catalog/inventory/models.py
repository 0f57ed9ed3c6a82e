"""Models of the inventory that ``policy/support.yaml`` does not know: mistyped, or new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pydantic import TypeAdapter, ValidationError

from srx_issu.catalog.documents import Mapping, Value
from srx_issu.catalog.faults import Checked, nearest
from srx_issu.catalog.fields import ModelName

_MODEL: TypeAdapter[str] = TypeAdapter(ModelName)


def warn_of_unknown_models(checked: Checked, known: Iterable[str]) -> None:
    """One warning a place that names a model which is not ``known``: of a cluster, a group or the defaults.
    What is no model's name is a fault already, and is not told twice."""
    names = frozenset(known)
    for place, written in _models(checked.document.root):
        try:
            model = _MODEL.validate_python(written)
        except ValidationError:
            continue
        if model not in names:
            checked.warn(
                f"{'.'.join(place)}: {model} is not in policy/support.yaml: nothing is known of its ISSU, "
                "and a person must approve each start",
                f"{nearest(model, names)} A platform that is new is described in policy/support.yaml",
                *place,
            )


def _models(root: Mapping) -> Iterator[tuple[tuple[str, ...], Value]]:
    entries: list[tuple[tuple[str, ...], Value]] = [(("defaults",), root.get("defaults"))]
    for section in ("groups", "clusters"):
        named = root.get(section)
        if isinstance(named, Mapping):
            entries += [((section, name), entry) for name, entry in named.items()]
    for place, entry in entries:
        if isinstance(entry, Mapping) and "model" in entry:
            yield (*place, "model"), entry["model"]
