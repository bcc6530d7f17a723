"""Takes a trained network and the tuning images and says what it looks at: the shortcuts rung, climbed against it."""
