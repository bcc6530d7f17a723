"""The DICOM listener: takes C-ECHO and C-STORE from whoever is allowed, gives what came to the archive as it came."""
