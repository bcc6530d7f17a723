"""Takes a saved decision or a decision file and gives a page that shows what each rule rests on.

``saved`` reads ``fiducial.decision/1``; ``rows`` lays a trace out, which ``tree`` draws and
``listing`` tells in words.
"""
