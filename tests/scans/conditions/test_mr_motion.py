"""Lines of k-space come from the pose in which they were measured; the middle ones from the patient at rest."""

import numpy as np
import pytest

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.mr_motion import Moves, MrMotion, Pose
from fiducial.scans.physical import physical
from scans.conditions.making import added, disc, scan_of

MR = scan_of(disc(radius=30, inside=500, outside=0), modality="MR")


@pytest.mark.parametrize(("severity", "most"), [(1, 0.03), (5, 0.2)])
def test_motion_keeps_the_mean_but_for_what_the_magnitude_adds(severity: Severity, most: float) -> None:
    change = added(MrMotion(), MR, severity)
    assert change.std() > 1
    assert 0 <= change.mean() < most * physical(MR).mean()


def test_who_lies_still_throughout_is_left_as_he_is() -> None:
    still = physical(Moves(0, (Pose(0.0, 0, 0, 0), Pose(0.5, 0, 0, 0))).apply(MR))
    np.testing.assert_allclose(still, physical(MR), atol=0.1)


def test_where_the_patient_lies_in_the_middle_lines_is_where_the_image_is() -> None:
    moved_from_the_first_line_on = physical(Moves(0, (Pose(0.0, 5.0, 0.0, 0.0),)).apply(MR))
    np.testing.assert_allclose(moved_from_the_first_line_on, physical(MR), atol=0.1)


def test_a_move_after_the_middle_lines_puts_ripples_along_phase_encoding_only() -> None:
    late = physical(Moves(0, (Pose(0.8, 5.0, 0.0, 0.0),)).apply(MR))[0] - physical(MR)[0]
    outside = np.abs(late[64, :20]).mean(), np.abs(late[:20, 64]).mean()
    assert outside[1] > 3 * outside[0]
