"""A table comes with columns that somebody named. Which findings are they, how urgent, and in which codes?

    python examples/name_labels.py "Pleural_Effusion" PTX "broken heart" RID4834

Without words it reads a few that a table might bear. Nothing here is a medical device.
"""

import sys

import fiducial as fd

COLUMNS = ("Cardiomegaly", "pleural_effusion", "PTX", "Fracture of rib", "PICC", "pneumothrax", "label_7")


def told(name: str) -> str:
    """One line on a column: its entry and codes, or what it may have meant."""
    catalogue = fd.catalogue()
    entry = catalogue.find(name) or catalogue.with_code(name)
    if entry is None:
        near = catalogue.nearest(name)
        return f"{name}: unknown" + (f"; {near.name}?" if near else "")
    codes = ", ".join(f"{code.system} {code.code}" for code in entry.codes) or "no code"
    return f"{name}: {entry.name} ({entry.kind}, {entry.urgency}; {codes})"


if __name__ == "__main__":
    for column in sys.argv[1:] or COLUMNS:
        print(told(column))
