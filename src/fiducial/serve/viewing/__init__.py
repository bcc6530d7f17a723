"""What a reader looks at: takes the images of the archive, gives slices and overlays, as the models saw them."""
