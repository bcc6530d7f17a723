"""Takes the pictures of the training split, labelled or not, and gives backbones that have looked at them."""
