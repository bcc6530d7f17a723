"""What is scored does not depend on how much fits into the memory."""

from pathlib import Path

import numpy as np
import pytest
import torch

from fiducial.learn.learning import gather_material
from fiducial.learn.networks.classifier import Classifier
from fiducial.learn.networks.rehearsal import Cramped
from fiducial.learn.recipe import read_recipe
from fiducial.learn.training.memory import DoesNotFit
from fiducial.learn.training.pictures import Pictures
from fiducial.learn.training.scoring import scored
from learn import made

CPU = torch.device("cpu")


@pytest.fixture
def pictures(tmp_path: Path) -> Pictures:
    return gather_material(read_recipe(made.write(tmp_path))).tune


def test_where_the_memory_runs_out_fewer_are_scored_at_a_time_and_alike(pictures: Pictures) -> None:
    torch.manual_seed(0)
    network, notes = Classifier(("small:4",), 1, 1), list[str]()
    whole, _ = scored(network, pictures, 8, CPU, notes.append)
    small = Cramped(network, 3)
    cramped, _ = scored(small, pictures, 8, CPU, notes.append)  # type: ignore[arg-type]  # it answers as one
    assert np.allclose(whole, cramped, atol=1e-6)
    assert [note.split(";")[1].split(".")[0] for note in notes] == [" it goes on with 4", " it goes on with 2"]


def test_where_not_even_one_fits_it_says_so(pictures: Pictures) -> None:
    with pytest.raises(DoesNotFit, match="not even one image"):
        scored(Cramped(Classifier(("small:4",), 1, 1), 0), pictures, 8, CPU, print)  # type: ignore[arg-type]  # as above
