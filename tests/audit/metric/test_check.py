"""What the check finds where the truth is known: wrong levels, copies, and a model that paints contrast."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from audit.metric.making import SHAPE, body, pair, volume, write_results
from fiducial.audit.metric.check import MetricReport, check_metric
from fiducial.audit.metric.pairs import GREY, Paired
from fiducial.audit.metric.plan import SHIFTED
from fiducial.claims.evidence import RungResult, Verdict
from fiducial.claims.likeness import MetricReading
from fiducial.errors import UnusableInput, WrongUsage

PATIENTS = range(14)
QUICK = {"slices": 2, "draws": 2, "resamples": 200, "workers": 1}


def checked(pairs: list[Paired], metrics: tuple[str, ...] = ("ssim",), **options: object) -> MetricReport:
    return check_metric(pairs, metrics, **(QUICK | options))  # type: ignore[arg-type]  # options of several types


def reading(found: MetricReport, metric: str, region: str, low: float = -160) -> MetricReading:
    [one] = [one for one in found.readings if (one.metric, one.region, one.window[0]) == (metric, region, low)]
    return one


def question(of: MetricReading, name: str) -> RungResult:
    [one] = [one for one in of.questions if one.rung == name]
    return one


def value(of: RungResult, name: str) -> float:
    return next(figure.value for figure in of.figures if figure.name == name)


@pytest.fixture(scope="module")
def wrong_level() -> MetricReport:
    """Each "prediction" is a plain slice from 60 mm further up."""
    return checked([pair(one, raised=60) for one in PATIENTS])


@pytest.fixture(scope="module")
def good() -> MetricReport:
    return checked([pair(one, enhanced=0.8) for one in PATIENTS], ("ssim", "mae"))


@pytest.fixture(scope="module")
def slipped() -> MetricReport:
    """A good model whose output lies one slice, 6 mm, too high."""
    return checked([pair(one, enhanced=0.8, raised=6) for one in PATIENTS], ("ncc",))


def test_full_frame_ssim_cannot_tell_a_model_of_the_wrong_level_from_air(wrong_level: MetricReport) -> None:
    full = reading(wrong_level, "ssim", "full frame")
    assert question(full, "air").verdict is Verdict.FAILS
    assert full.score
    assert value(question(full, "air"), "score") >= full.score.value


def test_nor_from_a_random_slice(wrong_level: MetricReport) -> None:
    full = reading(wrong_level, "ssim", "full frame")
    assert question(full, "other slice").verdict is Verdict.FAILS
    assert full.score
    assert value(question(full, "other slice"), "score") > full.score.value


def test_in_the_body_ssim_tells_that_model_from_air(wrong_level: MetricReport) -> None:
    inside = reading(wrong_level, "ssim", "body")
    assert question(inside, "air").verdict is Verdict.HOLDS
    assert inside.score
    assert inside.score.value < 0.3  # and shows how bad it is


def test_the_words_say_what_it_cannot_show(wrong_level: MetricReport) -> None:
    sentence = reading(wrong_level, "ssim", "full frame").sentence
    assert sentence.startswith("Full-frame SSIM, window -160 to 240, gives the prediction 0.")
    assert "an image of air (0." in sentence.split("It tells")[0]


def test_a_copy_of_the_input_is_not_told_from_the_input(wrong_level: MetricReport) -> None:
    for one in wrong_level.readings:
        assert one.score
        assert value(question(one, "input copy"), "score") == one.score.value
        assert question(one, "input copy").verdict is Verdict.FAILS
        assert "cannot tell it from" in one.sentence


def test_a_good_model_is_told_from_everything(good: MetricReport) -> None:
    assert {one.verdict for one in good.readings} == {Verdict.HOLDS}
    assert good.exit_code == 0


def test_lower_is_better_for_an_error(good: MetricReport) -> None:
    inside = reading(good, "mae", "body")
    assert inside.score
    assert value(question(inside, "air"), "score") > inside.score.value


def test_the_shift_response_peaks_at_zero(good: MetricReport) -> None:
    for one in good.readings:
        assert [value(question(one, axis), "peak") for axis in SHIFTED] == [0, 0, 0]


def test_a_model_that_lies_six_mm_too_high_peaks_there(slipped: MetricReport) -> None:
    along = question(reading(slipped, "ncc", "body"), "along z")
    assert along.verdict is Verdict.FAILS
    assert value(along, "peak") == 6
    assert "+6" in along.sentence


@pytest.mark.parametrize(("axis", "name"), [(1, "along y"), (2, "along x")])
def test_a_model_that_lies_beside_its_place_peaks_there_on_that_axis_alone(axis: int, name: str) -> None:
    pairs = []
    for one in (pair(patient, enhanced=0.8) for patient in PATIENTS):
        aside = np.roll(one.prediction.array, -2, axis)  # 6 mm
        pairs.append(replace(one, prediction=volume(aside)))
    inside = reading(checked(pairs, ("ncc",), regions=("body",)), "ncc", "body")
    [across] = {"along y", "along x"} - {name}
    assert value(question(inside, name), "peak") == 6
    assert question(inside, name).sentence.startswith("Does not peak at 0: it prefers the target moved by")
    assert value(question(inside, across), "peak") == 0


def test_a_shift_of_noise_is_not_seen() -> None:
    # Nothing but a uniform phantom: wherever the target is moved, the score stays.
    flat = np.full(SHAPE, -1000, dtype=np.int16)
    flat[:, 20:90, 20:90] = 40
    pairs = []
    for one in PATIENTS:
        noise = np.random.default_rng(one).normal(0, 15, (2, *SHAPE)).astype(np.int16)
        pairs.append(Paired(f"s{one}", volume(flat + noise[0]), volume(flat + noise[1]), None, f"p{one}"))
    along = question(reading(checked(pairs), "ssim", "full frame"), "along z")
    assert along.verdict is Verdict.FAILS
    assert value(along, "cannot_see") == 16
    assert along.sentence.startswith("Cannot see shifts of up to 16 mm")


def test_contrast_that_was_painted_is_measured_where_it_was_due(good: MetricReport) -> None:
    assert good.contrast.verdict is Verdict.HOLDS
    assert value(good.contrast, "painted") == pytest.approx(0.8, abs=0.03)
    assert value(good.contrast, "error_where_due") < value(good.contrast, "error_of_input_where_due") / 2
    assert value(good.contrast, "invented") < 0.01


def test_a_copy_of_the_input_paints_nothing(wrong_level: MetricReport) -> None:
    assert wrong_level.contrast.verdict is Verdict.FAILS
    assert value(wrong_level.contrast, "painted") == 0


def test_contrast_painted_the_wrong_way_counts_against_the_model() -> None:
    pairs = []
    for one in (pair(patient, enhanced=1) for patient in range(3)):
        assert one.input is not None
        darkened = 2 * one.input.array - one.prediction.array  # as much darker as contrast is brighter
        pairs.append(replace(one, prediction=volume(darkened.astype(np.int16))))
    assert value(checked(pairs, ("mae",), regions=("body",)).contrast, "painted") == pytest.approx(-1, abs=0.03)


def test_what_differs_outside_the_body_is_no_contrast() -> None:
    pairs = [pair(patient, enhanced=1) for patient in range(2)]
    lamps = []
    for one in pairs:
        array = one.target.array.copy()
        array[:, :12, :12] += 200  # still air
        lamps.append(replace(one, target=volume(array)))
    with_, without = (checked(of, ("mae",), regions=("body",)).contrast for of in (lamps, pairs))
    assert with_ == without


def test_contrast_where_none_was_due_is_invented() -> None:
    pairs = [
        Paired(one.study, volume((one.prediction.array + 60).astype(np.int16)), one.target, one.input, one.patient)
        for one in (pair(patient, enhanced=1) for patient in range(3))
    ]
    assert value(checked(pairs, ("mae",)).contrast, "invented") > 0.9


def test_without_the_input_it_is_not_shown_and_never_a_success() -> None:
    found = checked([pair(one, enhanced=0.8, with_input=False) for one in PATIENTS], ("mae",), regions=("body",))
    inside = reading(found, "mae", "body")
    assert question(inside, "input copy").missing
    assert found.contrast.verdict is found.verdict is Verdict.NOT_SHOWN
    assert found.exit_code == 3


@pytest.mark.parametrize("patient", [None, "p1"])
def test_one_patient_or_none_named_is_not_shown(patient: str | None) -> None:
    pairs = [
        Paired(f"s{n}", one.prediction, one.target, one.input, patient)
        for n, one in enumerate(pair(number, enhanced=0.8) for number in range(3))
    ]
    found = checked(pairs, ("mae",))
    assert found.verdict is Verdict.NOT_SHOWN
    assert found.patients == (1 if patient else 0)
    assert {one.verdict for of in found.readings for one in of.questions} == {Verdict.NOT_SHOWN}
    assert "patient" in question(found.readings[0], "air").sentence


def test_one_patient_without_a_name_among_others_is_not_shown() -> None:
    pairs = [pair(one, enhanced=0.8) for one in range(3)]
    found = checked([*pairs[:2], replace(pairs[2], patient=None)], ("mae",))
    assert found.verdict is Verdict.NOT_SHOWN


def test_what_scores_better_than_the_prediction_is_said_to_be_put_above_it(wrong_level: MetricReport) -> None:
    mean = question(reading(wrong_level, "ssim", "body"), "mean of targets")
    assert mean.sentence.startswith("Puts it above the prediction")


def test_a_target_is_not_moved_beyond_its_ends() -> None:
    pairs = [replace(pair(number), slice=2) for number in range(3)]  # 12 mm from the lower end
    along = question(reading(checked(pairs, ("mae",)), "mae", "body"), "along z")
    tried = {figure.condition for figure in along.figures if figure.name == "change"}
    assert "along z -12 mm" in tried
    assert "along z +16 mm" in tried
    assert "along z -16 mm" not in tried


def test_only_distances_that_whole_voxels_come_near_to_are_tried(good: MetricReport) -> None:
    tried = {
        axis: {f.condition for f in question(good.readings[0], axis).figures if f.name == "change"} for axis in SHIFTED
    }
    assert tried["along z"] == {f"along z {sign}{mm} mm" for sign in "+-" for mm in (6, 12, 16)}  # slices of 6 mm
    for axis in SHIFTED[1:]:  # pixels of 3 mm
        assert tried[axis] == {f"{axis} {sign}{mm} mm" for sign in "+-" for mm in (6, 8, 12, 16)}


def test_few_patients_stay_undecided() -> None:
    found = checked([pair(one, enhanced=0.8) for one in range(4)], ("mae",))
    assert found.verdict is Verdict.UNDECIDED
    told = question(reading(found, "mae", "body"), "along z").sentence
    assert told == "Sees every shift tried, from 6 mm, but is not sure of those up to 16 mm."


def test_a_slice_within_20_mm_is_no_other_slice() -> None:
    low = []
    for one in (pair(1), pair(2)):
        prediction, target = (volume(whole.array[4:7]) for whole in (one.prediction, one.target))
        low.append(replace(one, prediction=prediction, target=target, input=None))
    assert question(reading(checked(low, ("mae",)), "mae", "body"), "other slice").missing


def test_a_shift_beyond_those_tried_is_not_shown() -> None:
    found = checked([pair(one) for one in range(2)], ("mae",), regions=("body",), see=40)
    assert question(found.readings[0], "along z").missing == ("a shift of 40 mm or more along z in whole voxels",)


def test_identical_images_have_100_db() -> None:
    same = [replace(pair(one), prediction=pair(one).target) for one in range(2)]
    assert {one.score.value for one in checked(same, ("psnr",)).readings if one.score} == {100}


def test_the_full_frame_is_read_over_all_of_ct_too(good: MetricReport) -> None:
    views = [(one.region, one.window) for one in good.readings if one.metric == "mae"]
    assert views == [("full frame", (-1024, 3071)), ("full frame", (-160, 240)), ("body", (-160, 240))]


def test_rows_of_one_patient_do_not_count_twice() -> None:
    pairs = [pair(one, enhanced=0.8) for one in range(2)]
    many = [
        Paired(f"{one.study}-{n}", one.prediction, one.target, one.input, one.patient)
        for n in range(8)
        for one in pairs
    ]
    air = question(reading(checked(many, ("mae",)), "mae", "body"), "air")
    assert air.verdict is Verdict.UNDECIDED  # 16 rows, all right, and two patients


def test_the_same_seed_gives_the_same_document() -> None:
    pairs = [pair(one) for one in range(3)]
    first, second = (checked(pairs, ("ncc",)).document() for _ in range(2))
    assert json.dumps(first) == json.dumps(second)


def test_processes_give_what_one_process_gives() -> None:
    pairs = [pair(one) for one in range(17)]
    options = {"slices": 1, "draws": 1}
    here, there = (checked(pairs, ("mae",), workers=workers, **options).document() for workers in (1, 2))
    assert here == there


def test_one_slice_a_row_takes_its_other_slices_from_the_patients_other_rows() -> None:
    pairs = []
    for patient in range(3):
        whole = pair(patient, enhanced=0.8)
        pairs += [
            Paired(
                f"{patient}-{z}",
                volume(whole.prediction.array[[z]]),
                volume(whole.target.array[[z]]),
                None,
                str(patient),
            )
            for z in (3, 9, 15)
        ]
    inside = reading(checked(pairs, ("mae",)), "mae", "body")
    assert question(inside, "other slice").figures
    assert question(inside, "along z").missing


def test_a_single_slice_is_looked_at_where_it_is_asked_for() -> None:
    pairs = [
        Paired(one.study, one.prediction, one.target, one.input, one.patient, slice=4)
        for one in (pair(number) for number in range(3))
    ]
    found = checked(pairs, ("mae",))
    assert {of.score.n for of in found.readings if of.score} == {3}


def test_a_mask_that_is_given_is_the_body() -> None:
    corner = np.zeros(SHAPE, dtype=np.int16)
    corner[:, :8, :8] = 1  # air
    pairs = [
        Paired(one.study, one.prediction, one.target, one.input, one.patient, volume(corner))
        for one in (pair(number) for number in range(3))
    ]
    inside = reading(checked(pairs, ("mae",)), "mae", "body")
    assert inside.score
    assert inside.score.value == pytest.approx(0, abs=1)


def test_grey_levels_have_a_window_of_their_own() -> None:
    pairs = []
    for number in range(3):
        grey = [
            np.clip((body(number, contrast=0.5, noise=noise)[8:12].astype(int) + 1000) // 8, 0, 255).astype(np.int16)
            for noise in (1, 2)
        ]
        pairs.append(Paired(f"s{number}", volume(grey[0]), volume(grey[1]), None, f"p{number}", units=GREY))
    found = checked(pairs, ("mae",))
    assert {one.window for one in found.readings} == {(0, 255)}
    assert found.contrast.verdict is Verdict.NOT_SHOWN


def test_a_broken_pair_is_listed_and_the_others_go_on() -> None:
    pairs = [pair(one) for one in range(3)]
    cut = Paired("cut", volume(pairs[0].prediction.array[:5]), pairs[0].target, None, "p9")
    found = checked([cut, *pairs], ("mae",))
    assert [one.study for one in found.failed] == ["cut"]
    assert "resample it onto the target's grid" in found.failed[0].reason
    assert (found.studies, found.exit_code) == (3, 5)


def test_a_pair_in_other_units_is_listed() -> None:
    pairs = [pair(0), replace(pair(1), units=GREY)]
    found = checked(pairs, ("mae",), regions=("body",))
    assert [(one.study, one.reason) for one in found.failed] == [
        ("s1", "s1: is in grey levels, the others in HU; check them apart")
    ]


def test_another_patients_image_of_another_size_is_cut_or_padded_to_fit() -> None:
    small = []
    for one in (pair(1), pair(2)):
        prediction, target = (volume(whole.array[:, 10:-6, 6:-10]) for whole in (one.prediction, one.target))
        small.append(replace(one, prediction=prediction, target=target, input=None))
    inside = reading(checked([pair(0), *small], ("ncc",), regions=("body",)), "ncc", "body")
    other = question(inside, "other patient")
    assert sum(figure.n for figure in other.figures if figure.name == "percentile") == 3 * 2 * 2
    assert 0.2 < value(other, "score") < 0.95  # middles lie on one another, so that bodies still look alike


def test_no_usable_pair_is_unusable_input() -> None:
    empty = volume(np.full(SHAPE, -1000, dtype=np.int16))
    found = checked([Paired("s", empty, empty, None, "p")], ("mae",))
    assert "no body was found" in found.failed[0].reason
    assert (found.verdict, found.exit_code) == (Verdict.NOT_SHOWN, 4)


def test_a_study_that_is_all_input_saves_a_page_and_numbers(wrong_level: MetricReport, tmp_path: Path) -> None:
    page = wrong_level.save(tmp_path).read_text()
    assert "It cannot tell it from" in page
    assert page.count("<svg") == 2 * len(wrong_level.readings)
    told = json.loads((tmp_path / "metric-check.json").read_text())
    assert told["schema"] == "fiducial.metric-check/1"
    assert told["verdict"] == "fails"
    assert (tmp_path / "figures.csv").read_text().count("\n") > 100


def test_an_empty_report_is_a_page_too(tmp_path: Path) -> None:
    empty = volume(np.full(SHAPE, -1000, dtype=np.int16))
    assert "no body" in checked([Paired("s", empty, empty, None, "p")]).save(tmp_path).read_text()


def test_files_give_what_memory_gives(tmp_path: Path) -> None:
    pairs = [pair(one) for one in range(3)]
    path = write_results(tmp_path, pairs)
    read = check_metric(path, ("mae",), **QUICK)  # type: ignore[arg-type]  # options of several types
    assert read.document()["readings"] == checked(pairs, ("mae",)).document()["readings"]


def test_what_is_found_fits_in_a_table(wrong_level: MetricReport, good: MetricReport) -> None:
    for one in wrong_level.readings:
        assert next(text for text in one.short if text.startswith("peak")) == one.short[5]
    assert good.readings[0].short[5:] == ("sharp",) * 3


@pytest.mark.parametrize(
    ("studies", "patients", "told"),
    [(13, 13, "13 studies of 13 patients"), (1, 1, "1 study of 1 patient"), (2, 0, "2 studies of unknown patients")],
)
def test_studies_and_patients_are_counted(good: MetricReport, studies: int, patients: int, told: str) -> None:
    assert replace(good, studies=studies, patients=patients).counted == told


def test_a_notebook_shows_a_table(wrong_level: MetricReport) -> None:
    assert "<table>" in wrong_level._repr_html_()


@pytest.mark.parametrize(
    "options", [{"confidence": 1.0}, {"slices": 0}, {"see": 0}, {"see": math.nan}, {"regions": ("bone",)}]
)
def test_an_option_out_of_range_is_wrong_usage(options: dict[str, object]) -> None:
    with pytest.raises(WrongUsage):
        checked([pair(0)], ("mae",), **options)


def test_no_pair_is_unusable_input() -> None:
    with pytest.raises(UnusableInput, match="no pair"):
        checked([])
