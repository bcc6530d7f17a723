"""Takes a seed and gives synthetic heads on CT, in the layout of RSNA 2019, with the truth about all that was drawn.

Bleeds: epidural, subdural, subarachnoid, intraparenchymal, intraventricular; acute, subacute or chronic. Beside them
what else is dense: calcifications, coils, catheters, the frontal bone.
"""
