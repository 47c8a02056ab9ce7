"""What is written of the program is true: help, commands in the documents, docstrings."""

from __future__ import annotations

import dataclasses
import importlib
import importlib.util
import inspect
import pkgutil
import re
import shlex
import warnings
from pathlib import Path

import pytest
import typer
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import validate
from typer.main import get_command

import genre_audio
from genre_audio.cli import app

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# docs/cli.md -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def make_cli_docs():
    with pytest.MonkeyPatch.context() as patch:
        for name in ("COLUMNS", "TERMINAL_WIDTH", "NO_COLOR"):
            patch.setenv(name, "unset")  # to be put back: the script sets them
        yield script("make_cli_docs")


def test_the_page_of_commands_is_the_help_of_the_commands(make_cli_docs):
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    made_with = re.search(r"typer (\d+\.\d+)", written)[1]
    if not typer.__version__.startswith(f"{made_with}."):
        pytest.skip(f"help looks otherwise in typer {typer.__version__} than in {made_with}")
    assert written == make_cli_docs.cli_text(), "run scripts/make_cli_docs.py"


def test_the_page_has_every_command(make_cli_docs):
    names = {" ".join(words) for words in make_cli_docs.commands()}
    shown = {"explore", "extract", "predict", "retrain", "evaluate", "compare"}
    assert names == {"", *shown, "models", "models use"}
    assert all(
        f"## `{f'genre-audio {name}'.strip()}`\n" in make_cli_docs.cli_text() for name in names
    )


# Commands in documents -------------------------------------------------------------------


def command_lines(text):
    """Calls of the program in the blocks of shell commands, without what is piped to."""
    for block in re.findall(r"^```(?:bash|sh|console)\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            for call in re.split(r"&&|\|\||[|;]", line.strip().removeprefix("$ ")):
                words = shlex.split(call, comments=True)
                while words and re.fullmatch(r"\w+=.*", words[0]):
                    words.pop(0)
                if words and words[0] == "genre-audio":
                    yield words[1:]


def check_call(words):
    """Walk down the commands; every option must be one of theirs."""
    command = get_command(app)
    expects_value = False
    for word in words:
        if word in {">", ">>", "--"}:
            return
        if expects_value:
            expects_value = False
        elif word.startswith("-"):
            options = {
                name: parameter
                for parameter in command.params
                for name in (*parameter.opts, *parameter.secondary_opts)
                if name.startswith("-")
            } | {"--help": None}
            name, given, _ = word.partition("=")
            if not word.startswith("--") and len(word) > 2:
                name, given = word[:2], word[2:]  # -j2
            assert name in options, f"{command.name} has no option {name}"
            option = options[name]
            expects_value = not given and option is not None and not option.is_flag
        elif hasattr(command, "commands"):
            assert word in command.commands, f"there is no command {word}"
            command = command.commands[word]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_real_commands_and_options_only(document):
    for words in command_lines(document.read_text(encoding="utf-8")):
        check_call(words)


def test_the_readme_shows_the_main_commands():
    lines = command_lines((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {"extract", "predict", "retrain"} <= {words[0] for words in lines if words}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("genre-audio expand tapes", "no command expand"),
        ("genre-audio predict tapes --labels folders", "predict has no option --labels"),
        ("PIP=1 genre-audio \\\n extract tapes -x | head", "extract has no option -x"),
        ("cd tapes && genre-audio models list", "no command list"),
    ],
)
def test_wrong_commands_would_be_noticed(line, message):
    (words,) = command_lines(f"```bash\n{line}\n```\n")
    with pytest.raises(AssertionError, match=message):
        check_call(words)


@pytest.mark.parametrize(
    "line",
    [
        "genre-audio --debug predict -k2 --format=csv a.wav -- -b.wav  # --no-option",
        "genre-audio retrain --no-activate --groups artists.csv:artist",
        "genre-audio models use default",
    ],
)
def test_right_commands_are_right(line):
    (words,) = command_lines(f"text\n```bash\n{line}\n```\n")
    check_call(words)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text):
        assert (document.parent / target).exists(), target


# Docstrings ------------------------------------------------------------------------------

# numpydoc's checks, but: extended summaries, examples and cross references are for where
# they help (test_architecture sees to examples); a summary may say what is returned; the
# parameters of a dataclass are its attributes.
IGNORED = {"ES01", "EX01", "SA01", "PR01", "PR04", "RT01", "RT02", "RT03", "YD01"}


def public_objects():
    names = [module.name for module in pkgutil.walk_packages(genre_audio.__path__, "genre_audio.")]
    found = {}
    for name in sorted(names):
        if name.endswith("__main__"):
            continue
        module = importlib.import_module(name)
        for public in getattr(module, "__all__", []):
            value = getattr(module, public)
            if inspect.isclass(value) or inspect.isfunction(value):
                found[f"{value.__module__}.{value.__qualname__}"] = value
    return found


PUBLIC = public_objects()


def documentation(value):
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of sections that numpydoc does not know
        return get_doc_object(value)


def test_public_objects_are_found():
    assert {"genre_audio.training.train.train", "genre_audio.segment.Segment"} <= set(PUBLIC)


def offenders(wrong, *, kind):
    """Names of the public objects of a kind with something wrong, and what it is."""
    chosen = {name: value for name, value in PUBLIC.items() if kind(value)}
    return {name: found for name, value in chosen.items() if (found := wrong(value))}


def names_in(section):
    """Names that a section of a docstring describes, several in an entry or one."""
    return {part.strip() for entry in section for part in entry.name.split(",")}


def test_docstrings_are_numpydocs():
    def errors(value):
        """What numpydoc does not like."""
        found = validate(documentation(value))["errors"]
        return [f"{code}: {text}" for code, text in found if code not in IGNORED]

    assert offenders(errors, kind=callable) == {}


def test_every_field_is_described():
    def missing(value):
        """Fields that the docstring is silent about."""
        fields = {each.name for each in dataclasses.fields(value) if each.name[0] != "_"}
        return fields - names_in(documentation(value)["Attributes"])

    assert offenders(missing, kind=dataclasses.is_dataclass) == {}


def test_where_parameters_are_described_all_are():
    def other(value):
        """Parameters that are there or described, but not both."""
        described = {each.lstrip("*") for each in names_in(documentation(value)["Parameters"])}
        return described and described ^ set(inspect.signature(value).parameters)

    assert offenders(other, kind=inspect.isfunction) == {}
