"""What parts of an image are called: by who measures them, by who masks them and by who weighs what was found."""

BORDER = "border"
CORNERS = "corners"
MARKER = "marker"  # letters and lead markers near the border, all of an image together
DEVICE = "device"  # tubes, wires, implants: by whoever marks them
BODY = "body"
OUTSIDE_BODY = "outside-body"
LESION = "lesion"  # the boxes that readers drew for the claim's finding

WITHOUT_FINDING = (BORDER, CORNERS, DEVICE, MARKER, OUTSIDE_BODY)  # no finding lies there


def masking(region: str) -> str:
    """The name of the condition under which a region that somebody marked was filled in: ``mask-region-lesion``."""
    return f"mask-region-{region}"
