"""How images come in: takes files from any door, keeps each on the disk before it is acknowledged, makes studies."""
