"""The fonts that charts ask for, and where matplotlib keeps its list of fonts. Imports no matplotlib."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_cache_path

# Where matplotlib keeps its list of fonts, unless the user has another place for it.
FONT_LISTS = Path(os.environ.get("MPLCONFIGDIR") or user_cache_path("ob-health") / "matplotlib")
# Families in the order of preference.
LATIN = ("Helvetica Neue", "Arial", "Liberation Sans")
CHINESE = (
    "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei",
)  # fmt: skip
OWN = "DejaVu Sans"  # comes with matplotlib
