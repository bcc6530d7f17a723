"""The shared words: a claim read from TOML, and what every verdict on it is made of."""
