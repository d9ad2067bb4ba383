"""Frozen types that all rooms share, by subject. Bytes are ``int``, percentages ``float`` 0-100, times aware UTC."""
