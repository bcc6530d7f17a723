"""Takes evidence and gives what people read: one self-contained HTML page, the JSON document, CSVs of tables."""
