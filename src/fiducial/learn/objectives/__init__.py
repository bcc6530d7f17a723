"""Takes pictures without labels and gives what a backbone is pretrained by: simclr, masked."""
