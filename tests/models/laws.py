"""The laws that every model obeys: however studies are asked about, each gets the answer that is its own."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from polars.testing import assert_frame_equal

import fiducial as fd
from fiducial.models.contract import Answer, Extra, Model, Shown
from fiducial.models.predict import Predicted
from fiducial.models.reading import shown_clean, studies_of
from models.pictures import BAD

EXTRAS = frozenset(Extra)
WITHIN = 1e-5


def asked(cohort: Path) -> list[Shown]:
    return [shown_clean(study) for study in studies_of(fd.read_cohort(cohort))]


def obeys_the_laws(model: Model, cohort: Path) -> None:
    """One by one, together, in pairs and backwards; the bad study has a reason and nobody else has."""
    whole = model.answer(asked(cohort), EXTRAS)
    are_the_same(whole, [model.answer([one], EXTRAS)[0] for one in asked(cohort)])
    shown = asked(cohort)
    are_the_same(whole, [one for start in range(0, len(shown), 2) for one in model.answer(shown[start : start + 2])])
    are_the_same(whole[::-1], model.answer(asked(cohort)[::-1], EXTRAS))
    assert model.answer([]) == []
    bad = [answer.reason is not None for answer in whole]
    assert bad == [one.study.study == BAD for one in shown]
    expected = [set() if wrong else set(model.findings) for wrong in bad]
    assert [set(answer.scores) for answer in whole] == expected
    assert all(0 <= score <= 1 for answer in whole for score in answer.scores.values())
    assert model.name
    assert model.identity


def works_in_processes(model: Model | Path, cohort: Path, folder: Path) -> Predicted:
    """One process, two, and one that was stopped half way and went on: the same tables."""
    alone = fd.predict(model, cohort, folder / "alone.parquet", fd.PredictOptions(workers=1))
    fd.predict(model, cohort, folder / "together.parquet", fd.PredictOptions(workers=2))
    stopped(model, cohort, folder / "resumed.parquet")
    fd.predict(model, cohort, folder / "resumed.parquet", fd.PredictOptions(workers=1))
    for name in ("together", "resumed"):
        assert_frame_equal(_table(folder, "alone"), _table(folder, name), abs_tol=WITHIN)
        assert_frame_equal(_table(folder, "alone", ".regions"), _table(folder, name, ".regions"), abs_tol=WITHIN)
    fd.read_predictions(folder / "alone.parquet")
    return alone


def stopped(model: Model | Path, cohort: Path, out: Path) -> None:
    """A run that ends after two studies."""

    def told(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    try:
        fd.predict(model, cohort, out, fd.PredictOptions(workers=1), told=told)
    except KeyboardInterrupt:
        return
    raise AssertionError("the run was not stopped")


def are_the_same(one: Sequence[Answer], other: Sequence[Answer]) -> None:
    """Within 1e-5; what only one of them was asked for is not compared."""
    for a, b in zip(one, other, strict=True):
        assert (a.reason, a.abstained, a.scores.keys()) == (b.reason, b.abstained, b.scores.keys())
        assert np.allclose(list(a.scores.values()), list(b.scores.values()), rtol=0, atol=WITHIN)
        assert [box.finding for box in a.boxes] == [box.finding for box in b.boxes]
        assert all(np.allclose(_corners(x), _corners(y), atol=WITHIN) for x, y in zip(a.boxes, b.boxes, strict=True))
        assert a.maps.keys() == b.maps.keys()
        assert all(np.allclose(a.maps[name], b.maps[name], atol=WITHIN) for name in a.maps)
        if a.features is not None and b.features is not None:
            assert np.allclose(a.features, b.features, atol=WITHIN)


def _corners(box: object) -> list[float]:
    return [getattr(box, name) for name in ("x0", "y0", "x1", "y1", "score")]


def _table(folder: Path, name: str, kind: str = "") -> pl.DataFrame:
    path = folder / f"{name}{kind}.parquet"
    return pl.read_parquet(path).drop("seconds", strict=False) if path.exists() else pl.DataFrame()
