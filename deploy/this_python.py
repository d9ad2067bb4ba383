"""Runs at the start of the one-file agent (``make bundle``): says so where another Python than its own starts it.

What is compiled in it fits one version of Python only. shiv gives ``site_packages``, the folder that it unpacked to.
"""

import sys

compiled = next(globals()["site_packages"].glob("_cffi_backend.cpython-*"), None)
if compiled is not None:
    tag = compiled.name.split("-")[1]
    wanted, found = f"{tag[0]}.{tag[1:]}", f"{sys.version_info[0]}.{sys.version_info[1]}"
    if found != wanted:
        sys.stderr.write(f"This file is for Python {wanted}, and this is {found}. Start it with: python{wanted} FILE\n")
        sys.stderr.write(f"本文件适用于 Python {wanted}，当前为 {found}。请改用：python{wanted} 文件名\n")
        sys.exit(2)
