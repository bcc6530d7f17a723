"""What other systems ask for and look by, a level each: the attributes of DICOM PS3.18 10.6.1-5 that a header gives."""

STUDY = (
    "AccessionNumber",
    "PatientBirthDate",
    "PatientID",
    "PatientName",
    "PatientSex",
    "ReferringPhysicianName",
    "StudyDate",
    "StudyDescription",
    "StudyID",
    "StudyInstanceUID",
    "StudyTime",
)
SERIES = (
    "BodyPartExamined",
    "Modality",
    "PerformedProcedureStepStartDate",
    "PerformedProcedureStepStartTime",
    "ProtocolName",
    "SeriesDate",
    "SeriesDescription",
    "SeriesInstanceUID",
    "SeriesNumber",
    "SeriesTime",
)
INSTANCE = (
    "AcquisitionNumber",
    "BitsAllocated",
    "Columns",
    "ContentDate",
    "ContentTime",
    "InstanceNumber",
    "NumberOfFrames",
    "Rows",
    "SOPClassUID",
    "SOPInstanceUID",
)
ASKED_FOR = (*STUDY, *SERIES, *INSTANCE, "TransferSyntaxUID")
