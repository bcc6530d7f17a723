"""Takes a prepared picture and gives it changed a little: rotation, flip, shift, intensity, condition."""
