"""Conditions as a table writes them, and draws that depend on nothing but seed, study and part."""

import pytest

from fiducial.errors import WrongUsage
from fiducial.phantoms.specimens import specimen
from fiducial.scans.conditions.stress import Stress, conditions_for, every_severity, parse_stress


@pytest.mark.parametrize("text", ["clean", "ct-noise:3", "ct-noise:3+ct-shift:1"])
def test_a_stress_is_written_as_it_is_read(text: str) -> None:
    assert str(parse_stress(text)) == text


@pytest.mark.parametrize("text", ["ct-noise", "ct-noise:0", "ct-noise:6", "ct-noise:3+", "snow:1"])
def test_what_no_table_holds_is_answered_in_words(text: str) -> None:
    with pytest.raises(WrongUsage, match=r"severity of 1 to 5|no condition is called"):
        parse_stress(text)


def test_a_draw_depends_on_seed_study_and_part_alone() -> None:
    scan, noise = specimen("CT", side=32), parse_stress("ct-noise:3")
    first = noise.apply(scan, seed=1, study="a").array.tobytes()
    assert noise.apply(scan, seed=1, study="a").array.tobytes() == first
    assert noise.apply(scan, seed=1, study="b").array.tobytes() != first
    assert noise.apply(scan, seed=2, study="a").array.tobytes() != first


def test_a_clean_scan_stays_itself() -> None:
    scan = specimen("CT", side=32)
    assert Stress().apply(scan, seed=1, study="a") is scan


def test_conditions_of_another_modality_are_not_offered() -> None:
    assert "ct-noise" in conditions_for("CT")
    assert not [name for name in conditions_for("MR") if name.startswith("ct-")]
    assert len(every_severity(["ct-noise", "ct-ring"])) == 10
