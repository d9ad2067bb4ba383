"""Frozen types of the whole line, by subject. Bytes are ``int``, percentages ``float`` 0-100, times aware UTC."""
