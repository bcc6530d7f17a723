"""Takes rows, pictures and a network through the phases of a recipe and gives the best weights."""
