"""Takes bytes, gives bytes: strict TOML, content hashes, tables from disk, and write-then-rename."""
