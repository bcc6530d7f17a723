"""Whom a hospital sees: prevalence, places of bleeding, habits, and patients who come again."""

from dataclasses import replace

import numpy as np
import pytest

from fiducial.errors import WrongUsage
from fiducial.phantoms.heads.bleeds import Age, Kind
from fiducial.phantoms.heads.examination import Examination
from fiducial.phantoms.heads.hospital import HeadHospital, Shortcut
from fiducial.phantoms.heads.implants import Thing
from fiducial.phantoms.heads.three_hospitals import three_hospitals
from phantoms.heads.drawing import SCANNER

PLAIN = HeadHospital("Test", 200, SCANNER)


def drawn(hospital: HeadHospital, seed: int = 1) -> list[Examination]:
    return hospital.draw(np.random.default_rng(seed), 64)


def test_prevalence_is_met() -> None:
    first = [one.patient.bleeding for one in drawn(PLAIN) if one.visit == 1]
    assert (len(first), sum(first)) == (200, 80)


def test_all_kinds_and_ages_occur() -> None:
    bleeds = [bleed for one in drawn(PLAIN) for bleed in one.patient.bleeds]
    assert {bleed.kind for bleed in bleeds} == set(Kind)
    assert {bleed.age for bleed in bleeds} == set(Age)


def test_superficial_and_deep_cohorts_bleed_in_other_places() -> None:
    near, deep = (
        {bleed.kind for one in drawn(replace(PLAIN, place=place)) for bleed in one.patient.bleeds}
        for place in ("superficial", "deep")
    )
    assert near == {Kind.EPIDURAL, Kind.SUBDURAL, Kind.SUBARACHNOID}
    assert deep == {Kind.INTRAPARENCHYMAL, Kind.INTRAVENTRICULAR, Kind.SUBARACHNOID}


@pytest.mark.parametrize("place", ["superficial", "deep"])
def test_blood_lies_where_the_cohort_says(place: str) -> None:
    bleeding = [one for one in drawn(replace(PLAIN, place=place, patients=20, twice=0)) if one.patient.bleeding]
    near = [share for one in bleeding[:4] for number in range(6, 26, 4) for share in one.ideal(number)[2].values()]
    assert bool(np.median(near) > 0.5) == (place == "superficial")


@pytest.mark.parametrize("thing", Thing)
def test_a_shortcut_goes_with_bleeding(thing: Thing) -> None:
    having: dict[bool, list[bool]] = {True: [], False: []}
    for one in drawn(replace(PLAIN, shortcut=Shortcut(thing, 0.9, 0.1))):
        having[one.patient.bleeding].append(thing in one.patient.implants.things)
    assert np.mean(having[True]) > 0.75
    assert np.mean(having[False]) < 0.2


def test_who_comes_again_is_the_same_and_bleeds_less() -> None:
    for again in (one for one in drawn(PLAIN) if one.visit == 2):
        first = next(one for one in drawn(PLAIN) if one.patient.id == again.patient.id)
        assert again.patient.build == first.patient.build
        assert again.acquired > first.acquired
        assert len(again.patient.bleeds) <= len(first.patient.bleeds)
        assert all(bleed.age is not Age.ACUTE for bleed in again.patient.bleeds)


def test_the_old_have_more_chalk_and_wider_ventricles_than_the_young() -> None:
    old, young = (drawn(replace(PLAIN, ages=ages)) for ages in ((80, 90), (20, 30)))
    chalk, room = (
        [np.mean([value(one) for one in group]) for group in (old, young)]
        for value in (_chalk, lambda one: one.patient.build.atrophy)
    )
    assert chalk[0] > chalk[1]
    assert room[0] > room[1] + 0.4


def _chalk(one: Examination) -> float:
    return float(len(one.patient.implants.calcifications))


@pytest.mark.parametrize(
    ("patients", "wish", "told"),
    [(8, {}, "at least 9"), (9, {"prevalence": 1.2}, "0 to 1"), (9, {"place": "middle"}, "superficial, deep")],
)
def test_wishes_that_make_no_sense_are_refused(patients: int, wish: dict[str, object], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        three_hospitals(patients, **wish)  # type: ignore[arg-type]  # of the wrong kind on purpose
