"""Takes a seed and gives synthetic patients, scanners and hospitals as DICOM files whose truth, faults included, is known.

Built-in hospitals: Alder, Birch and Cedar, which `hidden_faults` writes with four faults planted.
"""
