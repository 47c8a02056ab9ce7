"""Print the lowest versions that pyproject.toml allows, as constraints for pip.

    python scripts/oldest.py > oldest.txt
    pip install --constraint oldest.txt .

Tools of the test extra stay the newest: nobody needs old ones to use the package.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"

CONTEMPORARIES = (
    # Matplotlib 3.9 calls pyparsing by names that 3.3 warns of.
    "pyparsing<3.3",
)
"""What old versions need of packages that we do not ask for ourselves."""


def oldest(pyproject: str) -> list[str]:
    """Return a line for each dependency of the package and of its extras but `test`."""
    project = tomllib.loads(pyproject)["project"]
    extras = project["optional-dependencies"]
    said = project["dependencies"] + [
        line for name, lines in extras.items() if name != "test" for line in lines
    ]
    return [f"{Requirement(line).name}=={_lower(line)}" for line in said]


def _lower(line: str) -> str:
    lower = [each.version for each in Requirement(line).specifier if each.operator == ">="]
    if len(lower) != 1:
        raise SystemExit(f"pyproject.toml: {line!r} has no lower bound")
    return lower[0]


if __name__ == "__main__":
    print(*oldest(PYPROJECT.read_text(encoding="utf-8")), *CONTEMPORARIES, sep="\n")
