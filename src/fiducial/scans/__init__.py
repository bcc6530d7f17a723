"""Takes a file of any image format we read and gives pixels: a Scan (array, spacing, header), hashes, thumbnails."""

from fiducial.scans.hashes import pixel_hash
from fiducial.scans.read import read_scan
from fiducial.scans.scan import Scan
from fiducial.scans.thumbnail import thumbnail

__all__ = ["Scan", "pixel_hash", "read_scan", "thumbnail"]
