"""Condition: too little dose. The quantum noise that is missing photons' is added to a radiograph."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from fiducial.scans.conditions.contract import Severity
from fiducial.scans.conditions.exposure import LATITUDE, XRAY, Radiograph, pixel_area
from fiducial.scans.scan import Scan

_QUANTA = 29_653  # per mm2 and uGy: beam quality RQA5 in IEC 62220-1-1:2015
_KERMA = 2.5  # uGy behind the patient, where the exposure is the median one: an exposure index of 250
_COUNTED = 0.6  # of the quanta: a round number for a caesium iodide panel


@dataclass(frozen=True, slots=True)
class QuantumNoise:
    """The dose was divided by ``divided_by``; ``seed``: of the noise."""

    divided_by: float
    seed: int

    def apply(self, scan: Scan) -> Scan:
        """Add what the variance lacks, to first order; brightness stays, as every digital system sees to."""
        radiograph = Radiograph.of(scan)
        exposure = radiograph.exposure
        ordinary = _KERMA * _QUANTA * _COUNTED * pixel_area(scan)
        counted = np.float32(ordinary) * exposure / np.median(exposure)
        white = np.random.default_rng(self.seed).standard_normal(exposure.shape, dtype=np.float32)
        spread = np.sqrt(np.float32(self.divided_by - 1) / counted) / np.float32(LATITUDE)
        return radiograph.store(scan, radiograph.grey + spread * white)


@dataclass(frozen=True, slots=True)
class XrayUnderexposure:
    """Quantum noise, strongest where the body is densest; brightness is kept."""

    name: ClassVar[str] = "xray-underexposure"
    says: ClassVar[str] = "too little dose: quantum noise grows, most behind dense parts; the brightness is kept"
    modalities: ClassVar[tuple[str, ...]] = XRAY
    unit: ClassVar[str] = "times"
    severities: ClassVar[tuple[float, float, float, float, float]] = (2, 5, 20, 50, 100)
    source: ClassVar[str] = (
        "the dose is divided by these; halving it is a deviation index of -3 (AAPM Task Group 116, "
        "doi:10.1118/1.3121505); photons a pixel from IEC 62220-1-1:2015 at 2.5 uGy; the larger numbers are chosen by "
        "eye, for images that were made smaller and so averaged their noise away"
    )

    def draw(self, scan: Scan, severity: Severity, rng: np.random.Generator) -> QuantumNoise:  # noqa: ARG002  (contract)
        """One seed; the noise itself is made when it is applied."""
        return QuantumNoise(self.severities[severity - 1], int(rng.integers(2**31)))
