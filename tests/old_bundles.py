"""Bundles that earlier versions wrote, and where the first of them can be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import sklearn
import xgboost

__all__ = ["FORMAT1", "GOLDEN", "under_its_series"]

GOLDEN = Path(__file__).parent / "golden"
FORMAT1 = GOLDEN / "format1"

under_its_series = pytest.mark.skipif(
    sklearn.__version__.split(".")[:2] != ["1", "9"] or xgboost.__version__[:4] != "3.2.",
    reason="a bundle of format 1 is only read under the series of its libraries",
)
