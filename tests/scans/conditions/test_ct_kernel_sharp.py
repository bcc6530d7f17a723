"""A wave becomes as much stronger as the ratio of the two responses says; what is uniform stays."""

import numpy as np
import pytest

from fiducial.scans.conditions.ct_kernel_sharp import CtKernelSharp
from scans.conditions.making import added, scan_of


@pytest.mark.parametrize("lp_per_cm", [2.0, 4.0])
def test_a_wave_gains_what_the_responses_say(lp_per_cm: float) -> None:
    wave = 100 * np.sin(2 * np.pi * lp_per_cm / 10 * np.arange(160) * 0.5)[None, :].repeat(64, axis=0)
    sharper = added(CtKernelSharp(), scan_of(wave, pixel=0.5), 4)[0] + wave
    gain = 0.5 ** ((lp_per_cm / 8) ** 2) / 0.5 ** ((lp_per_cm / 4) ** 2)
    middle = np.s_[24:40, 40:120]
    assert sharper[middle].std() / wave[middle].std() == pytest.approx(gain, rel=0.01)


def test_what_is_uniform_stays_and_an_edge_overshoots() -> None:
    step = np.where(np.arange(64) < 32, 0.0, 100.0)[None, :].repeat(64, axis=0)
    change = added(CtKernelSharp(), scan_of(step), 5)[0]
    assert np.abs(change[:, :16]).max() < 1
    assert change.max() > 5
