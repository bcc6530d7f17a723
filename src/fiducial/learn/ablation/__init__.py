"""Takes a recipe and the keys to vary, trains every variant over several seeds, and says what each choice bought."""
