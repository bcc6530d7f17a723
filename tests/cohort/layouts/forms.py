"""A small data set in the form of every layout that we know, for the laws that they all obey."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cohort.layouts.published import picture, write
from fiducial.cohort.layouts.contract import Source, Unit
from fiducial.cohort.layouts.findings import CHEXPERT
from fiducial.cohort.layouts.rsna_ich import SUBTYPES
from scans.test_nifti import saved, volume

WriteDicom = Callable[..., Path]


def form_of(name: str, place: Path, write_dicom: WriteDicom) -> Source:
    """The data set of one layout, made below ``place``."""
    place.mkdir(parents=True)
    if name in _OF_DICOM:
        return Source(_OF_DICOM[name](place, write_dicom), Unit.IMAGE, workers=1)
    return Source(_FORMS[name](place), Unit.IMAGE, workers=1)


def _chexpert(place: Path) -> Path:
    paths = [f"train/patient0000{n}/study1/view1_frontal.jpg" for n in (1, 2)]
    rows = [
        ",".join((f"CheXpert-v1.0-small/{path}", "Female,68,Frontal,AP", *["1.0"] * len(CHEXPERT))) for path in paths
    ]
    write(place / "train.csv", "Path,Sex,Age,Frontal/Lateral,AP/PA," + ",".join(CHEXPERT), *rows)
    for path in paths:
        picture(place / path)
    return place


def _coco(place: Path) -> Path:
    pictures = [{"id": number, "file_name": f"{name}.png"} for number, name in enumerate("ab")]
    boxes = [{"id": 7, "image_id": 1, "category_id": 0, "bbox": [2, 3, 4, 2]}]
    told = {"images": pictures, "annotations": boxes, "categories": [{"id": 0, "name": "Hip fracture"}]}
    write(place / "coco.json", json.dumps(told))
    return _two_pictures(place)


def _image_folder(place: Path) -> Path:
    write(place / "labels.csv", "path,label.mass", "a.png,1", "b.png,0")
    return _two_pictures(place)


def _mimic_cxr(place: Path) -> Path:
    head = "dicom_id,subject_id,study_id,PerformedProcedureStepDescription,ViewPosition,Rows,Columns,StudyDate"
    tables = {
        "metadata": (head, "d1,10,50,CHEST,PA,8,12,21800506", "d2,11,51,CHEST,AP,8,12,21800507"),
        "chexpert": (",".join(("subject_id", "study_id", *CHEXPERT)), "10,50" + ",1.0" * 14, "11,51" + ",0.0" * 14),
        "split": ("dicom_id,study_id,subject_id,split", "d1,50,10,train", "d2,51,11,validate"),
    }
    for what, lines in tables.items():
        (place / f"mimic-cxr-2.0.0-{what}.csv.gz").write_bytes(gzip.compress("\n".join(lines).encode() + b"\n"))
    for number, name in enumerate(("d1", "d2")):
        picture(place / "files" / "p10" / f"p1{number}" / f"s5{number}" / f"{name}.jpg")
    return place


def _nifti(place: Path) -> Path:
    for number, name in enumerate(("sub-01/anat/sub-01_T1w", "sub-02/anat/sub-02_T1w")):
        (place / name).parent.mkdir(parents=True)
        saved(place / f"{name}.nii.gz", volume(np.full((2, 3, 4), number, np.int16)))
    write(place / "participants.tsv", "participant_id\tage", "sub-01\t34", "sub-02\tn/a")
    return place


def _nih14(place: Path) -> Path:
    head = "Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position"
    write(place / "Data_Entry_2017.csv", head, "a.png,Mass,0,1,58,M,PA", "b.png,No Finding,1,1,59,M,PA")
    return _two_pictures(place)


def _rsna_ich(place: Path, write_dicom: WriteDicom) -> Path:
    rows = [f"ID_{name}_{subtype},{int(name == 'a')}" for name in "ab" for subtype in SUBTYPES]
    write(place / "stage_2_train.csv", "ID,Label", *rows)
    return _two_slices(place, write_dicom, "ID_{}")


def _rsna_pneumonia(place: Path, write_dicom: WriteDicom) -> Path:
    write(place / "stage_2_train_labels.csv", "patientId,x,y,width,height,Target", "a,1,1,2,2,1", "b,,,,,0")
    return _two_slices(place, write_dicom, "{}")


def _dicom_folder(place: Path, write_dicom: WriteDicom) -> Path:
    write(place / "labels.csv", "path,label.mass", "images/a.dcm,1", "images/b.dcm,0")
    return _two_slices(place, write_dicom, "{}")


def _table(place: Path) -> Path:
    return write(place / "cohort.csv", "study,patient,label.mass", "a,p1,1", "b,p2,0")


def _vindr_cxr(place: Path) -> Path:
    rows = [f"{name},Nodule/Mass,8,{reader},1,2,5,6" for name in "ab" for reader in ("R1", "R2")]
    write(place / "train.csv", "image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max", *rows)
    return _two_pictures(place)


def _yolo(place: Path) -> Path:
    write(place / "classes.txt", "fracture")
    write(place / "labels" / "a.txt", "0 0.5 0.5 0.5 0.25")
    return _two_pictures(place)


def _two_pictures(place: Path) -> Path:
    for number, name in enumerate("ab"):
        picture(place / "images" / f"{name}.png", rows=8 + number)
    return place


def _two_slices(place: Path, write_dicom: WriteDicom, called: str) -> Path:
    for number, name in enumerate("ab"):
        pixels = np.arange(20, dtype=np.uint16).reshape(4, 5) + number
        write_dicom(str(place / "images" / f"{called.format(name)}.dcm"), pixels, PatientID=f"p{number}")
    return place


_FORMS = {
    "chexpert": _chexpert,
    "coco": _coco,
    "image-folder": _image_folder,
    "mimic-cxr": _mimic_cxr,
    "nifti": _nifti,
    "nih14": _nih14,
    "table": _table,
    "vindr-cxr": _vindr_cxr,
    "yolo": _yolo,
}
_OF_DICOM = {"dicom-folder": _dicom_folder, "rsna-ich": _rsna_ich, "rsna-pneumonia": _rsna_pneumonia}
FORMS = (*_FORMS, *_OF_DICOM)
