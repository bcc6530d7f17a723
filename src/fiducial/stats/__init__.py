"""Plain numbers in, plain numbers out: intervals, ROC, resampling, calibration, association. No tables, no files."""
