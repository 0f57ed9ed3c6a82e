"""Does the node answer for itself, and is it the model that cluster and image are meant for?"""

from __future__ import annotations

from srx_issu.checks.check import YES, Check
from srx_issu.checks.frames import Reasons, Row, Subject
from srx_issu.domain.cluster.model import NodeName
from srx_issu.domain.upgrade.intent import Policy

COLUMNS = (
    "reachable", "reachable_text", "model_matches", "model_text", "model_wanted", "image_fits", "image_text",
)  # fmt: skip


def populate(subject: Subject, node: NodeName, cells: Row, reasons: Reasons) -> None:
    view, intent = subject.view(node), subject.intent
    cells["reachable"] = view.reachable
    cells["reachable_text"] = view.error or "no reason known"
    cells["model_text"], cells["image_text"] = view.model, ", ".join(sorted(intent.image.models))
    cells["model_wanted"] = intent.cluster.model
    reasons["model_matches"] = reasons["image_fits"] = subject.silence(node) or "model not shown"
    if view.model is not None:
        cells["model_matches"] = _same_model(view.model, intent.cluster.model)
        cells["image_fits"] = any(_same_model(view.model, model) for model in intent.image.models)


def _same_model(one: str, other: str) -> bool:
    return one.strip().upper() == other.strip().upper()


def checks(_: Policy) -> tuple[Check, ...]:
    return (
        Check(
            name="node_reachable",
            what="reachability",
            table="nodes",
            column="reachable",
            expect=YES,
            guide=True,
            good="answers at its own address",
            limit="answers at its own address",
            bad="no SSH session to its own address: {reachable_text}",
            remedy="check the node, its fxp0 address in the inventory, the route back (backup-router), and "
            "the connection's login and host keys",
        ),
        Check(
            name="model_as_in_inventory",
            what="the model",
            table="nodes",
            column="model_matches",
            expect=YES,
            guide=True,
            good="model is {model_text}",
            bad="model is {model_text}, the inventory has {model_wanted}",
            limit="model of the inventory",
            remedy="correct the inventory, or the addresses in it",
        ),
        Check(
            name="image_for_model",
            what="whether the image fits the model",
            table="nodes",
            column="image_fits",
            expect=YES,
            guide=True,
            good="the image is made for {model_text}",
            bad="model is {model_text}, but the image is made for {image_text}",
            limit="image for this model",
            remedy="choose an image of this model's family",
        ),
    )
