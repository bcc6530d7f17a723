"""Takes tables that models fill (predictions, attributions, features, measurements), ours or a vendor's, and gives them
back checked: the waist that every audit starts from.
"""
