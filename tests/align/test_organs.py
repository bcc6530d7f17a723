"""A segmenter of somebody else's adds one gate."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from align.small import CONTRAST, OPTIONS, fixed, found, moving
from fiducial import plugins
from fiducial.align.many import WantedPairs, align_pairs
from fiducial.align.options import AlignOptions
from fiducial.align.pair import Alignment, align_pair
from fiducial.errors import UnusableInput, WrongUsage
from outsiders import installed

CODE = """
import numpy as np
class Member:
    name = "by-window"
    def segment(self, volume):
        lung = volume.array < -700
        lung[:, :, :10] = lung[:, :, -10:] = lung[:, :10] = lung[:, -10:] = False
        return {"bone": volume.array > 350, "lung": lung, "nothing": np.zeros(volume.array.shape, dtype=bool)}
"""


@pytest.fixture
def outsider(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[None]:
    code = getattr(request, "param", CODE)
    with installed(tmp_path_factory.mktemp("outsider"), "segmenters", "by-window", code):
        yield


def asked(**options: object) -> Alignment:
    chosen = OPTIONS.model_copy(update={"segmenter": "by-window", **options})
    return align_pair(moving(), fixed(), chosen)


@pytest.mark.usefixtures("outsider")
def test_its_organs_are_one_gate_more() -> None:
    alignment = asked()
    *others, organs = alignment.gates
    assert (organs.name, organs.passed, alignment.verdict) == ("organ_dice", True, "verified")
    assert 0.5 < organs.value < 1
    assert [gate.document() for gate in others] == [gate.document() for gate in found().gates]


@pytest.mark.usefixtures("outsider")
def test_its_floor_is_an_option() -> None:
    alignment = asked(organ_dice=1.0, doubt=0.0)
    assert (alignment.verdict, alignment.reasons) == ("dropped", ("organs-differ",))


@pytest.mark.usefixtures("outsider")
def test_organs_of_another_posture_agree_less() -> None:
    prone = fixed(replace(CONTRAST, prone=True))
    options = OPTIONS.model_copy(update={"segmenter": "by-window"})
    assert align_pair(moving(), prone, options).gates[-1].value < asked().gates[-1].value - 0.2


@pytest.mark.usefixtures("outsider")
@pytest.mark.parametrize("outsider", ["class Member:\n    def segment(self, volume): return {}\n"], indirect=True)
def test_no_organ_in_common_is_for_review() -> None:
    alignment = asked()
    assert (alignment.verdict, alignment.reasons) == ("review", ("no-organs-in-common",))
    assert alignment.gates[-1].name != "organ_dice"


BAD = "class Member:\n    name = 'by-window'\n    def segment(self, volume): return {'liver': volume.array[:3] > 0}\n"


@pytest.mark.usefixtures("outsider")
@pytest.mark.parametrize("outsider", [BAD], indirect=True)
def test_a_mask_of_another_shape_is_told() -> None:
    with pytest.raises(UnusableInput, match=r"gave bool \(3, 62, 80\) for 'liver', expected bool \(130, 62, 80\)"):
        asked()


def test_a_name_that_nothing_bears_is_told_once(tmp_path: object) -> None:
    wanted = WantedPairs(AlignOptions(segmenter="by-window"))
    with pytest.raises(WrongUsage, match=r"no segmenter is called 'by-window'. There are: none is installed"):
        align_pairs([], str(tmp_path), wanted)


@pytest.mark.usefixtures("outsider")
def test_it_stands_beside_our_own_kinds() -> None:
    assert plugins.names("segmenters") == ("by-window",)
