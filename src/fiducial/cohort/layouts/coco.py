"""Layout: images with COCO JSON files of categories and boxes.

Lin et al., Microsoft COCO, ECCV 2014, doi 10.1007/978-3-319-10602-1_48.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import ClassVar

import polars as pl
from pydantic import BaseModel, Field, FiniteFloat, ValidationError

from fiducial.cohort.layouts.boxes import DRAFT, with_regions
from fiducial.cohort.layouts.contract import Listing, Source
from fiducial.cohort.layouts.findings import finding_name
from fiducial.cohort.layouts.joining import names_of
from fiducial.cohort.layouts.labelling import with_named_table
from fiducial.cohort.layouts.placing import read_where_there
from fiducial.cohort.layouts.recognising import images_of, split_in
from fiducial.cohort.table import LABEL_PREFIX
from fiducial.errors import UnusableInput
from fiducial.files.tables import Table

_PEEK = 1 << 20  # bytes: enough to meet the first list in any file that an annotation tool writes
_LISTS = re.compile(rb'"(images|annotations|categories)"\s*:\s*\[')


@dataclass(frozen=True, slots=True)
class Coco:
    """One row an image, a label a category: 1 where an annotation says so, else 0."""

    name: ClassVar[str] = "coco"
    says: ClassVar[str] = "a folder of images with COCO JSON (categories and boxes), or the JSON itself"

    def recognises(self, source: Source) -> bool:
        """Whether a JSON there begins like COCO; where a table is named, that table is asked first."""
        return source.table is None and bool(_documents(source))

    def list(self, source: Source) -> Listing:
        """Read the JSON files and their images; a table that is named is joined by its column ``path``.

        Raises:
            UnusableInput: no COCO JSON, or one that contradicts itself, with the place in it.
        """
        files = _documents(source)
        if not files:
            raise UnusableInput(f"{source.path}: holds no JSON with the lists images, annotations and categories.")
        folder = _folder(source)
        images = images_of(replace(source, path=folder))
        parts = [_listed(path, folder, set(images)) for path in files]
        rows = pl.concat([rows for rows, _ in parts], how="diagonal")
        keys = names_of(rows["path"])
        boxes = pl.concat([boxes for _, boxes in parts]).join(
            pl.DataFrame([rows["path"], keys]), on="path", how="left", maintain_order="left"
        )
        table = Table(rows.insert_column(0, keys), ", ".join(path.name for path in files), 1)
        joined, notes = with_named_table(table, source, folder)
        listing = read_where_there(joined, folder, images, source)
        return with_regions(replace(listing, notes=(*notes, *listing.notes)), boxes.select(*DRAFT))


class _Image(BaseModel):
    id: int | str
    file_name: str
    width: int | None = Field(None, gt=0)
    height: int | None = Field(None, gt=0)


class _Annotation(BaseModel):
    id: int | str | None = None
    image_id: int | str
    category_id: int | str
    bbox: tuple[FiniteFloat, FiniteFloat, FiniteFloat, FiniteFloat] | tuple[()] | None = None


class _Category(BaseModel):
    id: int | str
    name: str


class _Document(BaseModel):
    images: list[_Image] = Field(min_length=1)
    annotations: list[_Annotation]
    categories: list[_Category] = Field(min_length=1)


def _folder(source: Source) -> Path:
    if source.path.is_dir():
        return source.path
    beside = source.path.parent
    return beside.parent if beside.name == "annotations" else beside


def _documents(source: Source) -> list[Path]:
    """In the folder, or one level below it (``annotations/``, ``train/``)."""
    if source.path.is_dir():
        candidates = sorted({*source.path.glob("*.json"), *source.path.glob("*/*.json")})
    else:
        candidates = [source.path] if source.path.suffix == ".json" else []
    return [path for path in candidates if not path.name.startswith("._") and _begins_like_coco(path)]


def _begins_like_coco(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return bool(_LISTS.search(stream.read(_PEEK)))
    except OSError:
        return False


def _listed(path: Path, folder: Path, images: set[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of one JSON (``path``, labels, ``split`` where its name says one), and its boxes."""
    document = _parsed(path)
    named = {one.id: finding_name(one.name) for one in document.categories}
    pictures = {one.id: one for one in document.images}
    beside = path.parent.relative_to(folder)
    paths = {one.id: _resolved(one.file_name, beside, images) for one in document.images}
    positive: dict[str, set[int | str]] = {finding: set() for finding in named.values()}
    boxes = []
    for number, one in enumerate(document.annotations):
        where = f"{path.name}: annotation {number if one.id is None else one.id}"
        for key, known, what in ((one.image_id, pictures, "image"), (one.category_id, named, "category")):
            if key not in known:
                raise UnusableInput(
                    f"{where}: names the {what} {key!r}, which the file does not list. Export it again."
                )
        positive[named[one.category_id]].add(one.image_id)
        if one.bbox:
            x, y, width, height = one.bbox
            frame = pictures[one.image_id]
            corners = (x, y, x + width, y + height, frame.height, frame.width)
            boxes.append((paths[one.image_id], named[one.category_id], *corners, None, where))
    labels = {f"{LABEL_PREFIX}{name}": [int(one in ids) for one in paths] for name, ids in positive.items()}
    split = split_in(path.relative_to(folder).as_posix())
    rows = pl.DataFrame({"path": list(paths.values()), **labels}, schema_overrides=dict.fromkeys(labels, pl.Int8))
    rows = rows.with_columns(split=pl.lit(split)) if split else rows
    schema = {"path" if name == "study" else name: kind for name, kind in DRAFT.items()}
    return rows, pl.DataFrame(boxes, schema=schema, orient="row")


def _parsed(path: Path) -> _Document:
    try:
        return _Document.model_validate_json(path.read_bytes())
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UnusableInput(
            f"{path.name}: {place}: {first['msg']} ({wrong.error_count()} such). A COCO file has the lists images (id, "
            "file_name), annotations (image_id, category_id, bbox) and categories (id, name). Export it again."
        ) from wrong


def _resolved(called: str, beside: Path, images: set[str]) -> str:
    """The image beside its JSON where it is there, else as it is called."""
    near = PurePosixPath(beside.as_posix(), called.replace("\\", "/")).as_posix()
    return near if near in images else called
