"""What a head is made of, and its HU.

Bone, clot, CSF, oedema and fat: Neurosurgical Atlas, "Neuroradiology quick reference tables", 2018 (CSF 5, oedema 10 to
14, compact bone 1000, fat -60 to -120, grey matter 30 to 40, white 20 to 35). Grey matter lies 5.5 HU above white by
its chemistry alone (J Comput Assist Tomogr 1980, 4:489-491, doi:10.1097/00004728-198008000-00016); 30 and 33 were
measured in the healthy of 15 to 40 years (Cala et al. 1981, AJNR 2:41-47). Here they are 28 and 37, further apart than
in either, so that 8 bits and a smooth kernel still show the cortex.
"""

from enum import IntEnum

import numpy as np


class Tissue(IntEnum):
    """One each; a section is drawn with these, so that the truth needs no threshold."""

    AIR = 0
    SINUS = 1  # air inside the bone
    SKIN = 2
    FAT = 3
    MUSCLE = 4
    TABLE = 5
    DIPLOE = 6
    BASE = 7
    PETROUS = 8
    SUTURE = 9
    DURA = 10
    CSF = 11  # sulci and cisterns
    VENTRICLE = 12
    CORTEX = 13
    WHITE = 14
    DEEP_GREY = 15
    STEM = 16
    CEREBELLUM = 17
    OEDEMA = 18
    GLOBE = 19
    LENS = 20
    REST = 21  # foam under the head
    SHELL = 22


HU = {
    Tissue.AIR: -1000, Tissue.SINUS: -980, Tissue.SKIN: 45, Tissue.FAT: -85, Tissue.MUSCLE: 55, Tissue.TABLE: 1450,
    Tissue.DIPLOE: 560, Tissue.BASE: 820, Tissue.PETROUS: 1500, Tissue.SUTURE: 220, Tissue.DURA: 52, Tissue.CSF: 5,
    Tissue.VENTRICLE: 4, Tissue.CORTEX: 38, Tissue.WHITE: 28, Tissue.DEEP_GREY: 37, Tissue.STEM: 31,
    Tissue.CEREBELLUM: 36, Tissue.OEDEMA: 14, Tissue.GLOBE: 9, Tissue.LENS: 85, Tissue.REST: -920, Tissue.SHELL: -150,
}  # fmt: skip
HU_BY_CODE = np.array([HU[tissue] for tissue in Tissue], dtype=np.float32)
BRAIN = (Tissue.CORTEX, Tissue.WHITE, Tissue.DEEP_GREY, Tissue.STEM, Tissue.CEREBELLUM, Tissue.OEDEMA)
BONE = (Tissue.TABLE, Tissue.DIPLOE, Tissue.BASE, Tissue.PETROUS, Tissue.SUTURE)
