"""Takes a data key and gives it wrapped, and back: who holds the key under which bundles are sealed.

Built in are ``env:VARIABLE``, ``file:PATH`` and ``keyring:SERVICE/NAME``; a plugin's member is ``NAME:REST``.
"""
