"""What a pipeline costs around its models: the same studies through the models alone, in the same process."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import fiducial as fd
from benchmarks.timing import Row, best_of
from fiducial.models.contract import Study
from fiducial.models.reading import shown_clean
from fiducial.pipelines.pictures import save_picture
from fiducial.pipelines.pipeline import Pipeline

EXAMPLES = Path(__file__).parents[1] / "examples" / "pipelines"
STUDIES = {"chest": ("healthy", "opacity", "tube", "lucency"), "fracture": ("intact", "broken", "broken-leg")}


def pipelines() -> Iterator[Row]:
    """Both examples: a study with its models one after another, side by side, and what stands around them."""
    with tempfile.TemporaryDirectory() as scratch:
        for name, studies in STUDIES.items():
            place = Path(scratch) / name
            command = [sys.executable, str(EXAMPLES / name / "make.py"), str(place)]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603  (our own)
            yield from _of_one(name, fd.open_pipeline(place), [_study(place, one) for one in studies])


def _study(place: Path, name: str) -> Study:
    return Study(name, (place / "studies" / f"{name}.dcm",))


def _of_one(name: str, pipeline: Pipeline, studies: list[Study]) -> Iterator[Row]:
    shown = [shown_clean(study) for study in studies]
    for one in shown:
        pipeline.run(one)  # decodes, and lets whatever warms up do so
    count = len(studies)

    def models() -> None:
        for one in shown:
            for member in pipeline.members:
                member.model.answer([one])

    alone = best_of(models, 5) / count
    single = replace(pipeline, threads=1)
    one_thread = best_of(lambda: [single.run(one) for one in shown], 5) / count
    both = best_of(lambda: [pipeline.run(one) for one in shown], 5) / count
    results = [pipeline.run(one) for one in shown]
    what = f"pipeline {name}, {len(pipeline.members)} models, a study"
    yield Row(f"{what}: one thread", one_thread, "its models alone", alone, "")
    yield Row(f"{what}: around the models", one_thread - alone, "", None, "under 20 ms")
    yield Row(f"{what}: {pipeline.threads} threads", both, "its models alone, one after another", alone, "")
    yield Row(
        f"{what}: the trace as a document", best_of(lambda: [one.document() for one in results]) / count, "", None, ""
    )
    with tempfile.TemporaryDirectory() as scratch:
        picture = Path(scratch) / "a.png"

        def pictures() -> None:
            for one in results:
                save_picture(one, (), picture)

        took = best_of(pictures) / count
    yield Row(f"{what}: the picture", took, "", None, "")


if __name__ == "__main__":
    for row in pipelines():
        print(row.markdown())
