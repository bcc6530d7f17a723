"""EfficientNet-B0 with random weights as ONNX: ``python -m benchmarks.efficientnet OUT``.

It needs the environment that learns; everything else that is measured does not.
"""

import sys
from pathlib import Path

import torch

from fiducial.learn.operators import imported

SIDE = 224


def export(out: Path) -> None:
    """One grey channel, one finding, any batch."""
    torch.manual_seed(0)
    network = imported("timm").create_model("efficientnet_b0", pretrained=False, in_chans=1, num_classes=1).eval()
    program = torch.onnx.export(
        network,
        (torch.zeros(2, 1, SIDE, SIDE),),
        dynamo=True,
        opset_version=20,
        input_names=["image"],
        output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("n", min=1)},),
        external_data=False,
    )
    if program is None:
        raise RuntimeError("torch exported nothing")
    program.save(str(out))


if __name__ == "__main__":
    export(Path(sys.argv[1]))
