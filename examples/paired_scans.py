"""Five pairs of made-up CT scans, of which two are no pairs at all: which of them may a model learn from?

    python examples/paired_scans.py FOLDER

Writes DICOM folders, NIfTI files and pairs.csv to FOLDER, aligns them, and says what a careless pairing by slice number
would have done to each.
"""

import sys
from pathlib import Path

import numpy as np

import fiducial as fd
from fiducial.phantoms.build import Build
from fiducial.phantoms.ct import Field, Lying, scan
from fiducial.phantoms.ct_series import Series, write_ct_series
from fiducial.scans.volume import Volume

FIELD = Field((180, 84, 104), (2.0, 4.5, 4.5), 40.0)
PLAIN, CONTRAST = Lying(couch=20.0), Lying(contrast=1.0, breath=12.0, left=8.0, couch=-310.0)


def draw(patient: int, lying: Lying, above: float) -> Volume:
    """One scan of one patient, from a height on."""
    field = Field(FIELD.shape, FIELD.spacing, above)
    return scan(Build.draw(np.random.default_rng(patient)), lying, field, np.random.default_rng([patient, int(above)]))


def write_pairs(folder: Path) -> Path:
    """Three true pairs, one in DICOM; one of two people; one that nobody can read."""
    rows = []
    for patient, above in ((1, 190.0), (2, 210.0), (3, 230.0)):
        fd.write_volume(draw(patient, PLAIN, 40.0), folder / f"{patient}-plain.nii.gz")
        fd.write_volume(draw(patient, CONTRAST, above), folder / f"{patient}-contrast.nii.gz")
        rows.append(f"{patient},{patient}-plain.nii.gz,{patient}-contrast.nii.gz")
    write_ct_series(draw(1, PLAIN, 40.0), folder / "1-plain", Series(number=1))
    write_ct_series(draw(1, CONTRAST, 190.0), folder / "1-contrast", Series(number=2))
    rows[0] = "1,1-plain,1-contrast"
    rows.append("4,2-plain.nii.gz,3-contrast.nii.gz")  # somebody mixed up two patients
    (folder / "5-plain.nii.gz").write_bytes((folder / "1-plain.nii.gz").read_bytes()[:20000])
    rows.append("5,5-plain.nii.gz,1-contrast.nii.gz")
    table = folder / "pairs.csv"
    table.write_text("patient,moving,fixed\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return table


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.mkdir(parents=True, exist_ok=True)
    done = fd.align_pairs(write_pairs(place), place / "aligned", workers=1)
    for row in done.table.iter_rows(named=True):
        if row["verdict"] is None:
            print(f"patient {row['patient']}: {row['error']}")
        elif row["verdict"] == "verified":
            print(f"patient {row['patient']}: verified, moved by {row['shift_z_mm']:.1f} mm along z")
        else:
            print(f"patient {row['patient']}: {row['verdict']} ({row['reasons']})")
    print("Read", done.page)
