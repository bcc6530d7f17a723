"""Takes the name of a network of timm or MONAI, or a small one of our own, and gives logits, features and a map."""
