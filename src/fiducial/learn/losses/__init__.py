"""Takes logits and labels and gives one loss a label: bce, focal, asymmetric, class-balanced."""
