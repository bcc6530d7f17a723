"""Takes a seed and gives synthetic patients, scanners and hospitals as DICOM files, with the truth, faults included.

Built-in hospitals: Alder, Birch and Cedar, which ``hidden_faults`` writes with four faults planted.
"""
