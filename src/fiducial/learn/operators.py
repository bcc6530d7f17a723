"""torchvision's compiled operators, in plain torch, where its own are missing; timm and Lightning import torchvision.

A wheel of torchvision whose binary does not fit torch leaves ``torchvision::nms`` undeclared, and its import then fails
on the first line that describes it. Both operators are declared here before that, once, and only then.
"""

from importlib import import_module
from typing import Any

import torch

_SCHEMAS = {
    "nms": "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms": "qnms(Tensor dets, Tensor scores, float scale, int zero_point, float iou_threshold) -> Tensor",
}
_LIBRARY: list[torch.library.Library] = []  # a library that nobody holds takes its operators with it


def imported(name: str) -> Any:  # noqa: ANN401  (a module has no better type)
    """A package that imports torchvision on its way (timm, monai, lightning), once its operators are declared."""
    _declare_missing()
    return import_module(name)


def suppress(boxes: torch.Tensor, scores: torch.Tensor, overlap: float) -> torch.Tensor:
    """Non-maximum suppression. ``boxes``: (n, 4) as x0, y0, x1, y1; gives the kept rows by falling score."""
    order = scores.argsort(descending=True, stable=True)
    kept: list[torch.Tensor] = []
    while order.numel():
        best, order = order[0], order[1:]
        kept.append(best)
        order = order[_overlap(boxes[best], boxes[order]) <= overlap]
    return torch.stack(kept) if kept else order


def _overlap(one: torch.Tensor, others: torch.Tensor) -> torch.Tensor:
    low, high = torch.maximum(one[:2], others[:, :2]), torch.minimum(one[2:], others[:, 2:])
    shared = (high - low).clamp(min=0).prod(dim=1)
    areas = (others[:, 2:] - others[:, :2]).prod(dim=1) + (one[2:] - one[:2]).prod()
    return shared / (areas - shared).clamp(min=1e-12)


def _declare_missing() -> None:
    if _LIBRARY or _own_operators_load():
        return
    library = torch.library.Library("torchvision", "DEF")
    for schema in _SCHEMAS.values():
        library.define(schema)
    library.impl("nms", suppress, "CompositeExplicitAutograd")
    _LIBRARY.append(library)


def _own_operators_load() -> bool:
    """It imports where its operators are sound; a failed import leaves nothing behind."""
    try:
        import_module("torchvision")
    except RuntimeError:
        return False
    return True
