"""Takes a trained network and the tuning split and gives a bundle that predict, audit and serve can open."""
