"""What two headers say of each other before a pixel is looked at."""

from fiducial.errors import UnusableInput
from fiducial.scans.volume import Volume


def refuse(moving: Volume, fixed: Volume) -> None:
    """Stop a pair that can be none.

    Raises:
        UnusableInput: two patients, or one and the same series.
    """
    patients = [volume.header.get("PatientID") for volume in (moving, fixed)]
    if None not in patients and patients[0] != patients[1]:
        # The identifiers themselves stay where they are: a report may leave the building.
        raise UnusableInput(
            "the headers name two patients (PatientID differs): pair scans of one patient, or give both the same "
            "PatientID if one was renamed."
        )
    series = [volume.header.get("SeriesInstanceUID") for volume in (moving, fixed)]
    if None not in series and series[0] == series[1]:
        raise UnusableInput("moving and fixed are one series: give the other scan of the patient.")
    same = moving.array.shape == fixed.array.shape and (moving.array == fixed.array).all()
    if same:
        raise UnusableInput("moving and fixed hold the same pixels: give the other scan of the patient.")


def stated_shift(moving: Volume, fixed: Volume) -> float | None:
    """0 where both name one FrameOfReferenceUID: they were taken without getting up. None where nothing is stated."""
    frames = [volume.header.get("FrameOfReferenceUID") for volume in (moving, fixed)]
    return 0.0 if frames[0] is not None and frames[0] == frames[1] else None


def doubts(moving: Volume, fixed: Volume, z: float, most: float) -> tuple[str, ...]:
    """Reasons to let a person look: postures that differ, or pixels that contradict a shared frame of reference."""
    found = []
    stated = stated_shift(moving, fixed)
    if stated is not None and abs(z - stated) > most:
        found.append("frame-of-reference-disagrees")
    postures = [volume.header.get("PatientPosition") for volume in (moving, fixed)]
    if None not in postures and postures[0] != postures[1]:
        found.append("posture-differs")
    return tuple(found)
