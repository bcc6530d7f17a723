"""Takes an answer and what it was drawn from, and gives it back, abstained where the model should not be believed.

Input checks compare the study with what the bundle says that it takes. Built-in kinds of doubt: mahalanobis and nearest
(how far a picture lies from the training data) and conformal (whether a score tells the classes apart).
"""
