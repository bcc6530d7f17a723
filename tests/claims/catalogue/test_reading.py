"""A catalogue that contradicts itself is refused, with every place."""

from pathlib import Path

import pytest

from fiducial.claims.catalogue.catalogue import Catalogue
from fiducial.claims.catalogue.reading import read_catalogue
from fiducial.errors import UnusableInput

SOURCES = """
version = "1"
[[source]]
name = "book"
title = "A book"
where = "page 3"
licence = "none"
checked = "read"
[[urgency]]
name = "routine"
meaning = "no hurry"
"""
HEAD = 'kind = "finding"\n'
MASS = '[[entry]]\nname = "mass"\nsynonyms = ["lump"]\n'
CODED = 'codes = [{ system = "radlex", code = "RID1", label = "mass", source = "book" }]\n'


def read(tmp_path: Path, *texts: str) -> Catalogue:
    (tmp_path / "sources.toml").write_text(SOURCES)
    paths = [tmp_path / f"{number}.toml" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return read_catalogue(tmp_path / "sources.toml", paths)


def test_entries_stand_in_the_order_of_their_files(tmp_path: Path) -> None:
    two = 'kind = "device"\n[[entry]]\nname = "tube"\n'
    assert [(one.name, one.kind) for one in read(tmp_path, HEAD + MASS, two).entries] == [
        ("mass", "finding"),
        ("tube", "device"),
    ]


CONTRADICTIONS = [
    (MASS + MASS, "the name 'mass' stands 2 times"),
    (MASS + '[[entry]]\nname = "Lump"\n', "the name 'lump' stands 2 times"),
    (MASS + CODED + '[[entry]]\nname = "node"\n' + CODED, "the code 'radlex RID1' stands 2 times"),
    (MASS + 'labels = { a = ["m"] }\n[[entry]]\nname = "b"\nlabels = { a = ["M"] }\n', "the label 'a: m' stands 2"),
    (MASS + 'parents = ["growth"]\n', "mass: is a kind of 'growth', which is no entry"),
    (MASS + 'parents = ["b"]\n[[entry]]\nname = "b"\nparents = ["mass"]\n', "mass: is a kind of itself"),
    (MASS + CODED.replace("book", "hearsay"), "names the source 'hearsay', which is none of ours"),
]


@pytest.mark.parametrize(("text", "told"), CONTRADICTIONS)
def test_a_contradiction_is_told(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=told):
        read(tmp_path, HEAD + text)


def test_a_device_is_no_kind_of_finding(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="tube: is a device, and its parent 'mass' a finding"):
        read(tmp_path, HEAD + MASS, 'kind = "device"\n[[entry]]\nname = "tube"\nparents = ["mass"]\n')


MISTAKES = [
    ("synonyms", "synonims", "Did you mean 'synonyms'"),
    ("name", "name = ", "0.toml: is not valid TOML"),
    (MASS, MASS + 'urgency = "soon"\n', "entry.0.urgency"),
    (MASS, MASS + 'codes = [{ system = "radlex", code = "RID1", label = "m" }]\n', "source: missing"),
    (HEAD, "", "kind"),
]


@pytest.mark.parametrize(("said", "meant", "told"), MISTAKES)
def test_a_file_that_cannot_be_meant_is_refused_with_its_key(said: str, meant: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match=f"(?s)0.toml.*{told.removeprefix('0.toml')}"):
        read(tmp_path, (HEAD + MASS).replace(said, meant))
