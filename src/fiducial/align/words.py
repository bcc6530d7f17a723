"""Each reason in words that tell what to do."""

REASONS = {
    "overlap-too-short": "They share too little of the body: look for a longer scan, or lower [align] overlap_mm.",
    "best-at-the-boundary": "They fit best where the search ends: the true place may need less overlap than is asked.",
    "two-places-fit": "A second place fits nearly as well: nothing tells one vertebra from the next here.",
    "bones-differ": "The bones do not match at any place: another patient, posture or part of the body.",
    "outline-disagrees": "Outline and bones want different places: posture, or another patient.",
    "parts-disagree": "Thirds of the body want different places: slices are missing, or their distance is wrong.",
    "spacing-differs": "Like slices lie at another distance than the header says: the spacing of one is wrong.",
    "slices-reversed": "Like slices follow in reverse order: one scan is upside down.",
    "slices-find-no-like": "Few slices find a like one where the shift says: other anatomy, or slices in between.",
    "bodies-differ": "The bodies do not cover each other at this place: another posture or another patient.",
    "bones-do-not-overlap": "The bones do not cover each other at this place: prone and supine, or another patient.",
    "organs-differ": "The organs of the segmenter do not cover each other: another patient, a deep breath, or surgery.",
    "no-organs-in-common": "The segmenter found no organ in both scans: compare them yourself, or do without it.",
    "frame-of-reference-disagrees": "The headers share a frame of reference, which means no shift, but the pixels say "
    "otherwise: the patient moved, or a header was copied.",
    "one-layer": "A single coronal or sagittal layer cannot prove a place: use the whole series, or look yourself.",
    "posture-differs": "The headers name different postures (PatientPosition): see whether one of them is wrong.",
}


def in_words(reason: str) -> str:
    """What a reason means and what to do."""
    return REASONS[reason]
