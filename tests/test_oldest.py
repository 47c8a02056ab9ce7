"""The lowest versions that are tested are those that pyproject.toml allows."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("oldest", ROOT / "scripts" / "oldest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_dependency_has_its_lowest_version(script):
    text = """
    [project]
    dependencies = ["numpy>=2.0", "scikit-learn>=1.8,<1.10"]
    optional-dependencies = { tags = ["mutagen>=1.47,<2"], test = ["pytest>=8"] }
    """
    assert script.oldest(text) == ["numpy==2.0", "scikit-learn==1.8", "mutagen==1.47"]


@pytest.mark.parametrize("line", ["numpy", "numpy<3", "numpy==2.0"])
def test_a_dependency_without_a_lower_bound_is_refused(script, line):
    with pytest.raises(SystemExit, match=f"'{line}' has no lower bound"):
        script.oldest(f'project = {{dependencies = ["{line}"], optional-dependencies = {{}}}}')


def test_ours_all_have_one_and_allow_it(script):
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    pinned = [Requirement(line) for line in script.oldest(text)]
    assert len(pinned) > 20
    assert len({each.name for each in pinned}) == len(pinned)
