"""Disks that are full, folders that are closed, files that change: one line, and nothing lost."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from genre_audio.cli import app
from genre_audio.cli.faults import error_text, shown
from genre_audio.cli.output import check_places, emit, say
from genre_audio.cli.predict_exports import Export, export_prediction, read_exports
from genre_audio.errors import GenreAudioError, OutputError, ParameterError
from genre_audio.extraction import recording
from genre_audio.prediction import Span
from genre_audio.reporting.exports import export_name
from genre_audio.reporting.file_names import fitting
from signals import tone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.usefixtures("home", "shipped", "cheap_features")

NAMES = ("a.wav", "b/new\nline.wav", "b/\x1b[2J\x1b[31mred.wav", '=1+1 "@,;.wav', "NA.wav")


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def tapes(write_audio: Callable[..., Path]) -> Path:
    for number, name in enumerate(NAMES):
        write_audio(tone(200 + 30 * number, seconds=1.2), name=f"tapes/{name}")
    return Path("tapes")


def run(*arguments: object, code: int = 0) -> Any:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == code, result.stderr
    return result


@contextlib.contextmanager
def no_larger_than(size: int) -> Iterator[None]:
    """Let the system refuse to write more than so many bytes into any file, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def contents(folder: Path = Path()) -> dict[str, bytes]:
    """Return all files below a folder but locks, recordings and the shipped model."""
    return {
        str(path): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and path.suffix not in {".lock", ".wav"}
        and path.parts[0] not in {"shipped", "cache"}
    }


# --- full disks -----------------------------------------------------------------------

JOURNAL = ".features.csv.journal"


@pytest.mark.parametrize("size", [0, 100, 1_000, 2_000, 4_000, 6_000, 7_000, 8_000])
def test_extract_on_a_full_disk_keeps_what_was_read_and_goes_on(tapes: Path, size: int) -> None:
    run("extract", tapes, "-j", "1", "-o", "whole.csv")
    with no_larger_than(size):
        result = CliRunner().invoke(app, ["extract", "tapes", "-j", "1"])
    if result.exit_code:
        (line,) = result.stderr.splitlines()
        assert line.startswith("genre-audio: ")
        assert "features.csv" in line
        assert "cannot be written: File too large; its disk, or a limit (ulimit -f)" in line
        assert {*contents()} <= {"whole.csv", "whole.csv.json", JOURNAL, "features.csv.json"}
        kept = max(0, Path(JOURNAL).read_bytes().count(b"\n") - 1) if Path(JOURNAL).exists() else 0
        again = run("extract", tapes, "-j", "1").stderr
        assert again.startswith(f"{len(NAMES) - kept} recordings read, ")
    else:
        assert size >= 7_000
    assert Path("features.csv").read_bytes() == Path("whole.csv").read_bytes()
    assert not Path(JOURNAL).exists()


def test_a_table_survives_a_disk_that_is_full_now(
    tapes: Path, write_audio: Callable[..., Path]
) -> None:
    run("extract", tapes, "-j", "1")
    before = contents()
    write_audio(tone(700, seconds=1.2), name="tapes/z.wav")
    with no_larger_than(5_000):
        result = run("extract", tapes, "-j", "1", code=1)
    assert "features.csv cannot be written: File too large; its disk" in result.stderr
    left = contents()
    journal = left.pop(JOURNAL)
    assert b"z.wav" in journal
    assert left == before
    assert run("extract", tapes, "-j", "1").stderr.startswith("0 recordings read, 6 known")


QUICK = ("--no-content", "--no-cache", "-j", "1")
WRITES = {
    "result": ("predict", "tapes", *QUICK, "-o", "out.csv"),
    "json": ("predict", "tapes", *QUICK, "-o", "out.json"),
    "page": ("predict", "tapes/a.wav", *QUICK, "--report", "page.html"),
    "exports": ("predict", "tapes", *QUICK, "--export", "csv:out", "--export", "jams:out"),
    "cache": ("predict", "tapes", "--no-content", "-j", "1", "--cache", "out"),
    "activated": ("models", "use", "default"),
    "recording": ("explore", "tapes/a.wav", "-o", "out.txt"),
}


@pytest.mark.parametrize(
    ("what", "size"),
    [(what, size) for what in WRITES for size in (0, 60) if what != "page" or size],
)
def test_on_a_full_disk_one_line_names_the_file_and_nothing_is_half_there(
    tapes: Path, what: str, size: int
) -> None:
    if what == "activated":
        size //= 60  # its file is that small
    before = contents()
    with no_larger_than(size):
        result = run(*WRITES[what], code=1)
    assert "Traceback" not in result.stderr
    last = result.stderr.splitlines()[-1]
    assert last.startswith("genre-audio: ")
    assert " cannot be written: File too large; its disk, or a limit (ulimit -f)" in last
    left = {name: text for name, text in contents().items() if not name.endswith(".journal")}
    assert left == before
    if what != "page":  # which takes long
        run(*WRITES[what])  # where there is room


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (errno.ENOSPC, "make room there or name another place, then run it again"),
        (errno.EDQUOT, "your share of that disk is used up"),
        (errno.EIO, "look whether its drive is still there"),
        (errno.ESTALE, "look whether its drive is still there"),
        (errno.ENOTCONN, "look whether its drive is still there"),
        (errno.EROFS, "name another place, or ask for the right to write there"),
        (errno.EACCES, "name another place, or ask for the right to write there"),
    ],
)
@pytest.mark.parametrize("step", ["os.fsync", "os.replace", "tempfile.mkstemp"])
def test_whatever_the_system_says_becomes_one_line_with_advice(
    monkeypatch: pytest.MonkeyPatch, code: int, advice: str, step: str
) -> None:
    def fail(*args: object, **how: object) -> None:
        raise OSError(code, os.strerror(code))

    Path("features.csv").write_text("old")
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.replace" if step == "os.replace" else step, fail)
        with pytest.raises(OutputError) as raised:
            emit("new", output=Path("features.csv"))
    said = error_text(raised.value)
    assert said.startswith(f"features.csv cannot be written: {os.strerror(code)}; ")
    assert advice in said
    assert contents() == {"features.csv": b"old"}


def test_a_full_disk_behind_standard_output_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **how: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("typer.echo", full)
    with pytest.raises(OutputError) as raised:
        emit("text")
    assert error_text(raised.value) == (
        "standard output cannot be written: No space left on device; make room there or name "
        "another place, then run it again"
    )
    say("nobody can read this")  # and no work is lost by it


def test_who_reads_no_further_is_not_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*args: object, **how: object) -> None:
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("typer.echo", gone)
    with pytest.raises(BrokenPipeError):
        emit("text")
    assert CliRunner().invoke(app, ["models"]).exit_code == 1


# --- closed places --------------------------------------------------------------------


def test_what_the_system_refuses_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **how: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "secret.csv")

    monkeypatch.setattr("genre_audio.training.list_models", refuse)
    assert run("models", code=1).stderr == "genre-audio: secret.csv: Permission denied\n"
    shown_too = CliRunner().invoke(app, ["--debug", "models"])
    assert "Traceback" in shown_too.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("predict", "tapes", *QUICK, "-o", "closed/out.csv"),
        ("predict", "tapes", *QUICK, "--report", "closed/pages"),
        ("predict", "tapes", *QUICK, "--export", "csv:closed"),
        ("explore", "table.csv", "--report", "closed/page.html"),
        ("evaluate", "table.csv", "--report", "closed/page.html"),
        ("compare", "table.csv", "--report", "closed/page.html"),
    ],
)
def test_a_closed_folder_is_refused_before_any_work(
    tapes: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    def work(*args: object, **how: object) -> None:
        raise AssertionError("work was begun")

    Path("closed").mkdir()
    Path("table.csv").touch()
    monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "closed")
    monkeypatch.setattr("genre_audio.extraction.describe", work)
    assert "cannot be written: you may not write to " in run(*arguments, code=1).stderr


@pytest.mark.parametrize("touched", [False, True])
def test_a_recording_that_cannot_be_read_keeps_its_row_and_label_unless_it_changed(
    tapes: Path, monkeypatch: pytest.MonkeyPatch, touched: bool
) -> None:
    run("extract", tapes, "-j", "1", "--labels", "folders")
    before = Path("features.csv").read_bytes()
    real = Path.stat

    def lost(path: Path, **how: Any) -> os.stat_result:
        if path.name == "a.wav":
            raise OSError(errno.EIO, "Input/output error")
        return real(path, **how)

    def closed(path: Path, *args: Any, **how: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    if touched:  # its time is another, and nobody can see whether its content is
        os.utime(tapes / "a.wav", ns=(0, 0))
        monkeypatch.setattr("genre_audio.files.fingerprints.fingerprint", closed)
        monkeypatch.setattr("genre_audio.extraction.recording.reading", closed)
    else:
        monkeypatch.setattr(Path, "stat", lost)
    result = run("extract", tapes, "-j", "1", code=3)
    assert "skipped a.wav: the file cannot be read: Input/output error [io]" in result.stderr
    assert (Path("features.csv").read_bytes() == before) is not touched


def test_a_recording_that_is_still_being_written_is_not_kept(
    tapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = recording.feature_row

    def grow(segment: Any, *, schema: Any) -> Any:
        with (tapes / segment.recording).open("ab") as file:
            file.write(b"more")
        return whole(segment, schema=schema)

    with monkeypatch.context() as patched:
        patched.setattr(recording, "feature_row", grow)
        result = run("extract", tapes / "a.wav", "-j", "1", code=1)
    said = "the file changed while it was read: try again when it is whole [io]"
    assert result.stderr.splitlines()[0] == f"skipped a.wav: {said}"
    assert run("extract", tapes / "a.wav", "-j", "1").stderr.startswith("1 recordings read")


def test_a_subfolder_that_cannot_be_listed_keeps_its_rows_and_is_reported(
    tapes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("extract", tapes, "-j", "1", "--labels", "folders")
    before = Path("features.csv").read_bytes()
    scandir = os.scandir

    def closed(path: str) -> Any:
        if Path(path).name == "b":
            raise PermissionError(errno.EACCES, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    result = run("extract", tapes, "-j", "1", code=3)
    assert "skipped b/: the folder cannot be listed: Permission denied [io]" in result.stderr
    assert Path("features.csv").read_bytes() == before
    assert "skipped b/: " in run("predict", tapes, *QUICK, code=3).stderr


# --- names ----------------------------------------------------------------------------


def test_names_of_all_kinds_survive_a_second_run(tapes: Path) -> None:
    first = run("extract", tapes, "-j", "1")
    assert "\x1b" not in first.stderr
    second = run("extract", tapes, "-j", "1")
    assert second.stderr.startswith("0 recordings read, 5 known already, 5 rows")


def test_no_name_acts_on_a_terminal(tapes: Path) -> None:
    for path in tapes.rglob("*.wav"):
        path.write_bytes(b"")
    result = run("predict", tapes, *QUICK, code=1)
    assert "\x1b" not in result.stderr
    assert "skipped b/\\x1b[2J\\x1b[31mred.wav: the file is empty [empty]\n" in result.stderr
    assert "skipped b/new\\x0aline.wav: the file is empty" in result.stderr
    for arguments in (["predict", "\x1b[2J.wav"], ["predict", "a.wav", "-m", "\x1b[2J"]):
        assert "\x1b" not in CliRunner().invoke(app, arguments).stderr


def test_what_people_may_read_stays_as_it_is() -> None:
    assert shown("žluťoučký 鼓 \U0001f941 −3 dB … “x”") == "žluťoučký 鼓 \U0001f941 −3 dB … “x”"
    assert shown("a\u202eb\x9b\udce9\u2028") == r"a\u202eb\x9b\xe9\u2028"


def test_files_that_the_system_names_by_bytes() -> None:
    assert (
        error_text(OSError(5, "Input/output error", b"caf\xe9")) == "caf\udce9: Input/output error"
    )
    assert error_text(OSError("odd")) == "odd"
    assert error_text(GenreAudioError("ours")) == "ours"


@pytest.mark.parametrize("name", ["a" * 251 + ".wav", "鼓" * 83 + ".wav", "short.wav"])
def test_files_about_recordings_of_long_names_have_names_that_fit(name: str) -> None:
    made = export_name(f"folder/{name}", form="raven")
    folder, file = made.split("/")
    assert folder == "folder"
    Path(file).touch()
    assert file.endswith(".genre.selections.txt")
    assert len(file.encode()) <= 255
    other = export_name(f"folder/{name[:-5]}b.wav", form="raven")
    assert made != other
    assert fitting(name, ending="") == name


def test_two_recordings_are_never_written_into_one_file(tmp_path: Path) -> None:
    # A link stands in for a disk that does not tell capital and small letters apart.
    (tmp_path / "a").mkdir()
    (tmp_path / "A").symlink_to(tmp_path / "a")
    if not (tmp_path / "A").is_symlink():
        pytest.skip("this disk tells no case apart by itself")
    assert export(tmp_path, "a/x.wav", "b/x.wav", "B/x.wav", "a/x.wav") == ""
    assert "are one file there, which does not tell capital" in export(
        tmp_path, "a/x.wav", "A/x.wav"
    )


def export(folder: Path, *names: str) -> str:
    exports = [Export("csv", folder)]
    timeline = SimpleNamespace(spans=(Span(0.0, 1.0, "jazz", 1.0),))
    try:
        for name in names:
            told: Any = SimpleNamespace(recording=name, timeline=timeline, content=None, quality={})
            export_prediction(told, exports)
    except ParameterError as error:
        return str(error)
    return ""


# --- links ----------------------------------------------------------------------------


def test_links_in_a_circle_pipes_and_devices_are_reported_and_never_waited_for(
    tapes: Path,
) -> None:
    (tapes / "knot.wav").symlink_to("knot.wav")
    (tapes / "dead.wav").symlink_to("nowhere.wav")
    (tapes / "zero.wav").symlink_to("/dev/zero")
    os.mkfifo(tapes / "pipe.wav")
    result = run("predict", tapes, *QUICK, "-o", "out.csv", code=3)
    for name, reason in (
        ("knot", "the file cannot be read: Too many levels of symbolic links [io]"),
        ("dead", "the file cannot be read: No such file or directory [io]"),
        ("zero", "the path leads to a pipe or a device, not to a file [io]"),
        ("pipe", "the path leads to a pipe or a device, not to a file [io]"),
    ):
        assert f"skipped {name}.wav: {reason}\n" in result.stderr
    assert "Too many levels" in run("predict", tapes / "knot.wav", *QUICK, code=1).stderr
    assert "Too many levels" in run("explore", tapes / "knot.wav", code=1).stderr


def test_a_result_may_not_go_through_a_circle_of_links() -> None:
    Path("knot").symlink_to("knot")
    with pytest.raises(OutputError, match="is no folder that can be entered"):
        check_places(Path("knot", "page.html"))


def test_a_place_to_export_to_may_be_a_new_folder() -> None:
    assert read_exports(["csv:new/folder"], single=False)[0].place == Path("new/folder")


def test_a_shipped_model_that_cannot_be_written_to_serves(tapes: Path, shipped: Path) -> None:
    for path in (*shipped.iterdir(), shipped):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        run("predict", tapes, *QUICK)
    finally:
        shipped.chmod(0o700)
    shutil.rmtree(shipped)
    assert "genre-audio: " in run("predict", tapes, *QUICK, code=1).stderr
