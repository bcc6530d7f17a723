"""The bundles of the demo come from their script: trained again they are of the same form and no worse."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import fiducial as fd

SCRIPT = Path(__file__).parents[2] / "examples" / "train_demo_networks.py"


@pytest.mark.slow
def test_the_networks_of_the_demo_are_rebuilt_by_their_script(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="training needs torch (make slow)")
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True)  # noqa: S603  (our own)
    for name in ("marker", "cropped"):
        again = fd.open_bundle(tmp_path / f"{name}.fidu").manifest
        shipped = fd.open_bundle(Path(str(files("fiducial.demo").joinpath("bundles", f"{name}.fidu")))).manifest
        assert again.preparation == shipped.preparation
        assert again.provenance.recipe_hash == shipped.provenance.recipe_hash
        assert again.provenance.data == shipped.provenance.data
        assert again.provenance.metrics == pytest.approx(shipped.provenance.metrics, abs=0.02)
