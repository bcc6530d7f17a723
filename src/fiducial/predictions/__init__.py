"""Takes a predictions table (ours or a vendor's) and gives it back checked: the waist that every audit starts from."""
