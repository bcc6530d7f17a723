"""Takes a bundle (a folder, a packed file or a sealed one) and a study and gives an answer."""
