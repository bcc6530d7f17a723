"""DICOMweb (PS3.18): takes images by STOW-RS, and gives what is here by QIDO-RS and WADO-RS to any viewer."""
