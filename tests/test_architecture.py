"""The shape of the house: who may import whom, how long things are, who may speak.

All rules are read from the source with ast, so that they hold for rooms that nothing
imports yet. DESIGN's section 1 gives the ranks.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

import genre_audio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PACKAGE = Path(genre_audio.__file__).parent
SOURCES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in SOURCES.items()}
TEMPLATES = {path.name: path for path in sorted(PACKAGE.glob("reporting/templates/*"))}

# Rank 0 knows nothing of the rest; of its modules each knows those before it.
FOUNDATION = ["errors", "config", "segment", "files", "execution", "journal", "kernels"]
RANKS = dict.fromkeys(FOUNDATION, 0) | {
    "audio": 1,
    "features": 1,
    "tables": 2,
    "extraction": 3,
    "learning": 3,
    "evaluation": 4,
    "exploration": 4,
    "training": 5,
    "prediction": 6,
    "reporting": 7,
    "cli": 8,
    "__main__": 9,
    "__init__": 9,
}
MAX_FUNCTION, MAX_FILE = 60, 250

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Found = TypeVar("Found")


def offenders(wrong: Callable[[str], Found], *, among: Iterable[str] = SOURCES) -> dict[str, Found]:
    """The files with something wrong, and what it is: one test for all takes no time."""
    return {name: found for name in among if (found := wrong(name))}


def room(name: str) -> str:
    """The room of a file: its folder, or the file itself at the top."""
    return name.split("/")[0].removesuffix(".py")


def imports(name: str) -> Iterator[str]:
    """Full names of all modules that a file imports, wherever in it; type checking counts."""
    package = ["genre_audio", *name.split("/")[:-1]]
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # "from genre_audio import tables" imports a room, not a name.
            if module == "genre_audio":
                yield from (f"genre_audio.{alias.name}" for alias in node.names)
            else:
                yield module


def rooms_imported(name: str) -> set[str]:
    return {
        parts[1]
        for module in imports(name)
        if (parts := module.split("."))[0] == "genre_audio" and len(parts) > 1
    }


def definitions(name: str) -> Iterator[Definition]:
    for node in ast.walk(TREES[name]):
        if isinstance(node, Definition):
            yield node


def exported(name: str) -> set[str]:
    for node in TREES[name].body:
        if isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in node.targets
        ):
            return set(ast.literal_eval(node.value)) if isinstance(node.value, ast.List) else set()
    return set()


def length(node: Definition) -> int:
    """Lines from ``def`` to the end, without the docstring."""
    total = node.end_lineno - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node, clean=False) is not None:
        total -= first.end_lineno - first.lineno + 1
    return total


def test_the_sources_are_found() -> None:
    assert {"errors.py", "audio/decode.py", "features/families.py"} <= set(SOURCES)


def test_every_file_has_a_rank() -> None:
    assert {room(name) for name in SOURCES} <= set(RANKS), "a new room needs a place in the house"


def is_below(other: str, own: str) -> bool:
    if own in FOUNDATION and other in FOUNDATION:
        return FOUNDATION.index(other) < FOUNDATION.index(own)
    # A name gathered in __init__ has no rank, and hides which room it is from.
    return other in RANKS and RANKS[other] < RANKS[own]


def test_imports_come_from_lower_ranks() -> None:
    def not_below(name: str) -> set[str]:
        """Rooms that a file must not import."""
        own = room(name)
        others = rooms_imported(name) - {own, "__version__"}
        return {other for other in others if not is_below(other, own)}

    assert not offenders(not_below)


def test_no_name_is_imported_from_the_package_itself() -> None:
    assert not offenders(lambda name: "genre_audio" in set(imports(name))), "import from the room"


def test_errors_import_nothing_of_the_package() -> None:
    assert rooms_imported("errors.py") == set()


def test_files_are_short() -> None:
    files = SOURCES | TEMPLATES
    lines = {name: len(path.read_text("utf-8").splitlines()) for name, path in files.items()}
    assert not {name: count for name, count in lines.items() if count > MAX_FILE}


def test_one_template_makes_all_tables() -> None:
    made = {name for name, path in TEMPLATES.items() if "<table" in path.read_text("utf-8")}
    assert made == {"tables.html"}


def test_functions_are_short() -> None:
    def long(name: str) -> dict[str, int]:
        """Lines of the functions that have too many."""
        functions = (node for node in definitions(name) if not isinstance(node, ast.ClassDef))
        return {node.name: length(node) for node in functions if length(node) > MAX_FUNCTION}

    assert not offenders(long)


def is_family(node: Definition) -> bool:
    return any(
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Name)
        and decorator.func.id == "feature"
        for decorator in node.decorator_list
    )


def is_error(node: Definition) -> bool:
    """Exceptions show themselves where they are raised."""
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id.endswith("Error") for base in node.bases
    )


def is_command(name: str) -> bool:
    """Commands show themselves in docs/cli.md, and their docstrings are their help."""
    return room(name) in {"cli", "__main__"}


def is_documented(node: Definition, *, command: bool) -> bool:
    text = ast.get_docstring(node) or ""
    if is_family(node):
        return "Source:" in text
    if is_error(node) or command:
        return bool(text)
    return re.search(r"^Examples\n-{8}$", text, re.MULTILINE) is not None


def test_public_names_are_documented_with_an_example() -> None:
    def undocumented(name: str) -> list[str]:
        """Public names without what they should say."""
        public, command = exported(name), is_command(name)
        found = [node for node in TREES[name].body if isinstance(node, Definition)]
        return [
            node.name
            for node in found
            if node.name in public and not is_documented(node, command=command)
        ]

    assert not offenders(undocumented)


def test_every_file_says_what_it_is_for() -> None:
    assert not offenders(lambda name: not ast.get_docstring(TREES[name]))


def names_defined(name: str) -> set[str]:
    defined = {
        alias.asname or alias.name
        for node in ast.walk(TREES[name])
        if isinstance(node, ast.ImportFrom | ast.Import)
        for alias in node.names
    }
    defined |= {node.name for node in definitions(name)}
    for node in TREES[name].body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        defined |= {target.id for target in targets if isinstance(target, ast.Name)}
    return defined


def test_everything_in_all_is_there() -> None:
    assert not offenders(lambda name: exported(name) - names_defined(name))


@pytest.mark.parametrize(
    ("module", "rooms"),
    [
        ("soundfile", {"audio"}),
        ("soxr", {"audio"}),
        ("typer", {"cli"}),
        ("rich", {"cli", "reporting"}),
        ("jinja2", {"reporting"}),
        ("markupsafe", {"reporting"}),
        ("matplotlib", {"reporting"}),
    ],
)
def test_some_libraries_have_one_room(module: str, rooms: set[str]) -> None:
    users = {
        room(name) for name in SOURCES if any(i.split(".")[0] == module for i in imports(name))
    }
    assert users <= rooms


def test_click_is_typers_own_affair() -> None:
    # Typer carries its own copy, so that importing click would get another one.
    assert not offenders(
        lambda name: any(module.split(".")[0] == "click" for module in imports(name))
    )


def speaks(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in {"print", "input"}
    return isinstance(node, ast.Attribute) and node.attr in {"stdout", "stderr", "__stdout__"}


def test_only_commands_speak() -> None:
    silent = [name for name in SOURCES if not is_command(name)]
    assert not offenders(
        lambda name: [node.lineno for node in ast.walk(TREES[name]) if speaks(node)], among=silent
    )
