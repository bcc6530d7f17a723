"""Takes a scan and gives the same scan under stress: noise, blur, a lost rescaling, a photographed monitor.

Built-in conditions stand on their own page, ``docs/conditions.md``, each with a picture of every severity.
"""
