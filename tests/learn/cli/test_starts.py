"""``fiducial learn ablate --labels``: words, JSON and what is refused."""

import json
import sys
from pathlib import Path

import pytest

from fiducial.cli import main
from learn import made


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["fiducial", "learn", "ablate", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_the_document_is_printed_as_it_is_saved_and_words_say_each_area(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = str(made.write(tmp_path, recipe=made.RECIPE.replace("epochs = 3", "epochs = 1")))
    words = (recipe, "--over", "start=noise", "--labels", "1", "--seeds", "1")
    assert run(monkeypatch, *words, "--json") == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "recipe-ablation" / "starts.json").read_text())
    assert run(monkeypatch, *words) == 0
    assert "square, 100% of labels, noise: AUROC" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--labels", "some"), "--labels takes shares"),
        (("--labels", "2"), "above 0 and at most 1"),
        (("--labels", "1", "--full"), "exclude each other"),
    ],
)
def test_what_is_no_share_ends_with_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    told: str,
) -> None:
    recipe = str(made.write(tmp_path))
    assert run(monkeypatch, recipe, "--over", "start=noise", *words) == 2
    assert told in capsys.readouterr().err
