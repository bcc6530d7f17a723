"""Takes the training rows and gives which of them an epoch shows, in order: plain, balanced, site-balanced."""
