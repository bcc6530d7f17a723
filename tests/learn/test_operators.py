"""The operators that torchvision may lack."""

import torch

from fiducial.learn.operators import imported, suppress


def test_boxes_that_overlap_a_better_one_go() -> None:
    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [20, 20, 30, 30], [0, 0, 10, 4]])
    assert suppress(boxes, torch.tensor([0.5, 0.9, 0.1, 0.2]), 0.5).tolist() == [1, 3, 2]


def test_no_box_is_no_box() -> None:
    assert suppress(torch.zeros(0, 4), torch.zeros(0), 0.5).tolist() == []


def test_timm_and_lightning_import_where_torchvision_has_no_operators() -> None:
    assert imported("timm").is_model("resnet18")
    assert imported("lightning.fabric").Fabric
