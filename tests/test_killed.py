"""Runs that are killed before any of their file operations, and runs that meet.

A run is killed as SIGKILL would: it does not touch a file any more, not even to tidy up.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from genre_audio.audio import find_recordings
from genre_audio.cli import app
from genre_audio.cli.predict_results import write_results
from genre_audio.config import Segmentation
from genre_audio.errors import BusyError, OutputError, TableError
from genre_audio.extraction import extract
from genre_audio.files import (
    add_to_folder,
    finish_pair,
    lock,
    read_description,
    replace_folder,
    replace_pair,
    replace_text,
    restore_folder,
    unchanged,
)
from genre_audio.files.leftovers import _sweep_once, sweep, temporary_file, temporary_folder
from genre_audio.tables import read_manifest, read_table, table_text
from genre_audio.tables.manifest import manifest_path
from genre_audio.training import load_bundle, save_bundle
from genre_audio.training.active import activated, remember
from genre_audio.training.store import resolve_model, user_models
from sample_tables import feature_table
from signals import noise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OPERATIONS = ("chmod", "fsync", "mkdir", "rename", "replace", "rmdir", "unlink")
SCRIPT = Path(__file__).parent.parent / "scripts/interrupt.py"


class Killed(BaseException):
    """Nothing in the package may catch this."""


def die_after(operations: int, patch: pytest.MonkeyPatch, *, swap: bool) -> None:
    """Let that many operations pass, and then none."""
    left = itertools.count(operations, -1)

    def counted(operation: Callable[..., Any]) -> Callable[..., Any]:
        def operate(*arguments: Any, **how: Any) -> Any:
            if next(left) <= 0:
                raise Killed
            return operation(*arguments, **how)

        return operate

    for name in OPERATIONS:
        patch.setattr(os, name, counted(getattr(os, name)))
    place = "genre_audio.files.folders._exchange"
    if swap:
        from genre_audio.files.folders import _exchange

        patch.setattr(place, counted(_exchange))
    else:
        patch.setattr(place, lambda *_: False)


def kills(
    prepare: Callable[[], object],
    work: Callable[[], object],
    *,
    swap: bool = True,
    first: int = 0,
) -> Iterator[int]:
    """Yield after each death of the work, which is prepared anew, until it lives."""
    for operations in itertools.count(first):
        prepare()
        _sweep_once.cache_clear()  # the next process knows nothing
        with pytest.MonkeyPatch.context() as patch:
            die_after(operations, patch, swap=swap)
            try:
                work()
            except Killed:
                pass
            else:
                assert operations > first + 1, "nothing was killed"
                return
        _sweep_once.cache_clear()
        yield operations


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# --- one file, a folder, a pair -----------------------------------------------------------


def test_a_file_is_the_old_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    left = 0
    for _ in kills(lambda: path.write_text("old"), lambda: replace_text(path, "new")):
        assert path.read_text() in {"old", "new"}
        left += len(names(tmp_path)) - 1
        replace_text(path, "again")
        assert (names(tmp_path), path.read_text()) == (["note.txt"], "again")
    assert left, "a killed run leaves its temporary file"


def fill(path: Path, text: str) -> None:
    with replace_folder(path, force=True) as folder:
        (folder / "a.txt").write_text(text)
        (folder / "b.txt").write_text(text)


@pytest.mark.parametrize("swap", [True, False])
def test_a_folder_is_the_old_or_the_new_one(tmp_path: Path, swap: bool) -> None:
    path = tmp_path / "model"
    missing = 0
    work = {"prepare": lambda: fill(path, "old"), "work": lambda: fill(path, "new")}
    for operations in kills(**work, swap=swap):
        missing += not path.exists()
        if operations % 2:
            restore_folder(path)
            assert {each.read_text() for each in path.iterdir()} in ({"old"}, {"new"})
            assert len(names(path)) == 2
        fill(path, "again")
        assert names(tmp_path) == ["model", "model/a.txt", "model/b.txt"]
        assert (path / "b.txt").read_text() == "again"
    assert missing == (0 if swap else 1), "between two steps there is none until it is put back"


def test_a_system_that_swaps_no_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path / "model", "old")
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())
    fill(tmp_path / "model", "new")
    assert (tmp_path / "model" / "a.txt").read_text() == "new"
    assert names(tmp_path) == ["model", "model/a.txt", "model/b.txt"]


def test_a_first_folder_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "model"

    def none() -> None:
        if path.exists():
            path.rename(tmp_path.parent / f"{tmp_path.name} old {len(names(tmp_path.parent))}")

    for _ in kills(none, lambda: fill(path, "new")):
        assert not path.exists() or names(path) == ["a.txt", "b.txt"]


def test_a_model_that_cannot_come_back_is_not_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model"
    fill(path, "old")

    def refuse(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    replace = Path.replace
    with monkeypatch.context() as patch:
        patch.setattr("genre_audio.files.folders._exchange", lambda *_: False)
        patch.setattr(Path, "rename", refuse)
        patch.setattr(
            Path,
            "replace",
            lambda one, other: (refuse if one.name == "new" else replace)(one, other),
        )
        with pytest.raises(OutputError, match="Permission denied"):
            fill(path, "new")
    assert not path.exists()
    assert (restore_folder(path) / "a.txt").read_text() == "old"
    assert names(tmp_path) == ["model", "model/a.txt", "model/b.txt"]


def test_a_place_taken_meanwhile_is_refused(tmp_path: Path) -> None:
    def meet() -> None:
        with replace_folder(tmp_path / "model", force=False) as folder:
            (folder / "a.txt").write_text("mine")
            fill(tmp_path / "model", "theirs")

    with pytest.raises(OutputError, match="is there already"):
        meet()
    assert (tmp_path / "model" / "a.txt").read_text() == "theirs"


def add(path: Path, text: str) -> None:
    with add_to_folder(path, last="index.html") as folder:
        (folder / "pages").mkdir()
        for name in ("index.html", "pages/a.html", "pages/b.html"):
            (folder / name).write_text(text)


def test_an_index_leads_to_pages_of_its_own_run(tmp_path: Path) -> None:
    path = tmp_path / "report"
    without = 0
    for _ in kills(lambda: add(path, "old"), lambda: add(path, "new")):
        if (path / "index.html").exists():
            assert len({page.read_text() for page in path.glob("[!.]*/*.html")} - {"index"}) == 1
        else:
            without += 1
        (path / "mine.txt").write_text("mine")
        add(path, "again")
        kept = ["index.html", "mine.txt", "pages", "pages/a.html", "pages/b.html"]
        assert names(path) == kept
    assert without == 3, "between the first page and the index"


def test_a_report_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    def fail() -> None:
        with add_to_folder(tmp_path / "report", last="index.html") as folder:
            (folder / "a.html").write_text("")
            raise OSError(28, "No space left on device")

    with pytest.raises(OutputError, match="report cannot be written: No space left"):
        fail()
    assert names(tmp_path) == []


def test_a_table_is_described_by_what_is_read_of_it(tmp_path: Path) -> None:
    table, beside = tmp_path / "a.csv", tmp_path / "a.csv.json"

    def write(text: str) -> None:
        replace_pair(table, text, beside=beside, description=f"of {text}")

    disagreed = 0
    for operations in kills(lambda: write("old"), lambda: write("new")):
        found = table.read_text()
        disagreed += beside.read_text() != f"of {found}"
        assert read_description(table, beside=beside) == f"of {found}"
        if operations % 2:
            finish_pair(table, beside=beside)
            assert beside.read_text() == f"of {found}"
        write("again")
        assert names(tmp_path) == ["a.csv", "a.csv.json"]
    assert disagreed, "the two were replaced one after the other"


def test_a_table_that_was_edited_after_the_kill_is_not_believed(tmp_path: Path) -> None:
    table, beside = tmp_path / "a.csv", tmp_path / "a.csv.json"
    replace_pair(table, "old", beside=beside, description="{}")
    with pytest.MonkeyPatch.context() as patch:
        die_after(6, patch, swap=True)
        with pytest.raises(Killed):
            replace_pair(table, "new", beside=beside, description="[]")
    table.write_text("edited")
    with pytest.raises(TableError, match=r"a\.csv was stopped, and the table was changed since"):
        read_manifest(table)
    finish_pair(table, beside=beside)
    assert read_description(table, beside=beside) == "{}"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"after": 1}'])
def test_a_note_that_is_none_is_as_good_as_none(tmp_path: Path, text: str) -> None:
    table, beside = tmp_path / "a.csv", tmp_path / "a.csv.json"
    replace_pair(table, "old", beside=beside, description="{}")
    (tmp_path / ".a.csv.pending").write_text(text)
    assert read_description(table, beside=beside) == "{}"


@pytest.mark.parametrize("fail", [False, True])
def test_a_table_replaced_while_it_is_read_is_read_again(tmp_path: Path, fail: bool) -> None:
    table = tmp_path / "a.csv"
    table.write_text("old")
    calls = []

    @unchanged
    def read(path: Path) -> str:
        calls.append(text := path.read_text())
        if len(calls) == 1:
            replace_text(path, "newer")
            if fail:
                raise TableError("these do not belong together")
        return text

    assert read(table) == "newer"
    assert calls == ["old", "newer"]


def test_a_table_that_never_rests_is_read_as_it_is(tmp_path: Path) -> None:
    numbers = itertools.count()

    @unchanged
    def read(path: Path) -> int:
        replace_text(path, str(number := next(numbers)))
        return number

    assert read(path=tmp_path / "a.csv") == 5


# --- leftovers --------------------------------------------------------------------------


def test_what_a_living_run_fills_and_what_is_anybodys_own_stay(tmp_path: Path) -> None:
    own = [".a.csv.original", ".a.csv.k3x_81ab", "a.csv.k3x_81ab.genre-audio", ".genre-audio"]
    for name in own:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".link.k3x_81ab.genre-audio").symlink_to(tmp_path / ".a.csv.original")
    with (
        temporary_file(tmp_path / "a.csv") as file,
        replace_folder(tmp_path / "model", force=False) as folder,
    ):
        (folder / "b.txt").write_text("b")
        sweep(tmp_path)
        assert file.exists()
        assert (folder / "b.txt").exists()
    (tmp_path / ".a.csv.k3x_81ab.genre-audio").write_text("left")
    (tmp_path / ".model.k3x_81ab.genre-audio").mkdir()
    sweep(tmp_path)
    assert names(tmp_path) == sorted([*own, ".link.k3x_81ab.genre-audio", "model", "model/b.txt"])
    assert (tmp_path / ".a.csv.original").read_text() == "mine"


def test_where_there_are_no_locks_nothing_is_taken_for_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise OSError(37, "No locks available")

    (tmp_path / ".a.csv.k3x_81ab.genre-audio").write_text("left?")
    monkeypatch.setattr("fcntl.flock", unknown)
    replace_text(tmp_path / "a.csv", "new")
    assert names(tmp_path) == [".a.csv.k3x_81ab.genre-audio", "a.csv"]


def test_a_file_taken_for_left_behind_before_it_was_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    flock, seen = fcntl.flock, []

    def late(descriptor: int, how: int) -> None:
        seen.append(descriptor)
        if len(seen) == 1:
            (left,) = tmp_path.iterdir()
            left.unlink()
        if len(seen) == 2:
            raise BlockingIOError
        flock(descriptor, how)

    monkeypatch.setattr("fcntl.flock", late)
    with temporary_file(tmp_path / "a.csv") as file:
        assert file.exists()
    assert len(seen) == 3


def test_a_folder_taken_for_left_behind_before_it_was_opened_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, made = tempfile.mkdtemp, []

    def swept(**how: Any) -> str:
        made.append(make(**how))
        if len(made) == 1:
            sweep(tmp_path)
        return made[-1]

    monkeypatch.setattr("tempfile.mkdtemp", swept)
    with temporary_folder(tmp_path / "model") as folder:
        assert folder.is_dir()
    assert len(made) == 2


def test_what_cannot_be_deleted_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    left = tmp_path / ".a.csv.k3x_81ab.genre-audio"
    left.write_text("left")
    with monkeypatch.context() as patch:
        patch.setattr(os, "unlink", refuse)
        sweep(tmp_path)
        patch.setattr(os, "open", refuse)
        sweep(tmp_path)
    assert left.exists()


def test_names_of_any_length_and_script_have_temporary_files(tmp_path: Path) -> None:
    for name in ("x" * 255, "ž" * 127, "caf\udce9.csv", "a\nb"):
        replace_text(tmp_path / name, "new")
        (tmp_path / name).unlink()
    sweep(tmp_path / "nowhere")
    assert names(tmp_path) == []


# --- tables, results, models ----------------------------------------------------------------


@pytest.mark.usefixtures("cheap_features")
def test_a_table_and_its_manifest_wherever_extract_is_killed(
    tmp_path: Path, write_audio: Callable[..., Path]
) -> None:
    write_audio(noise(1.6, seed=1), name="tapes/a.wav")
    table = tmp_path / "features.csv"

    def run(seconds: float = 30.0) -> None:
        how = Segmentation(seconds=seconds)
        extract(find_recordings([tmp_path / "tapes"]), output=table, segmentation=how)

    def state() -> tuple[str, object]:
        return table_text(read_table(table).frame), read_manifest(table)

    run(1.0)
    old, before = state(), [table.read_bytes(), manifest_path(table).read_bytes()]
    run()
    new, kept = state(), [table.read_bytes(), manifest_path(table).read_bytes()]

    def put_old() -> None:
        table.write_bytes(before[0])
        manifest_path(table).write_bytes(before[1])

    for operations in kills(put_old, run):
        assert state() in (old, new)
        if operations % 3:
            continue
        run()
        assert [table.read_bytes(), manifest_path(table).read_bytes()] == kept
        found = [name for name in names(tmp_path) if not name.startswith("tapes")]
        assert found == ["features.csv", "features.csv.json"]


def test_a_model_is_the_old_or_the_new_one(tmp_path: Path, tiny: Any) -> None:
    folder = tmp_path / "model"
    save_bundle(tiny, folder)
    answers = tiny.predict_proba(tiny.probe.rows).tolist()
    work = {"prepare": lambda: None, "work": lambda: save_bundle(tiny, folder, force=True)}
    for operations in kills(**work, first=6):  # from when its files are forced to disk
        if operations % 3 == 0:
            assert load_bundle(folder).predict_proba(tiny.probe.rows).tolist() == answers


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(table_text(feature_table(2).frame))
    return path


@pytest.mark.usefixtures("home", "shipped")
def test_results_and_what_was_asked_wherever_predict_is_killed(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = tmp_path / "out" / "results.csv"
    done = []

    def write(*arguments: Any, **how: Any) -> None:
        done.append(functools.partial(write_results, *arguments, **how))
        done[-1]()

    monkeypatch.setattr("genre_audio.cli.predict_results.write_results", write)

    def asked(*more: str) -> list[str]:
        arguments = ["predict", "--table", rows, "-o", results, *more]
        assert CliRunner().invoke(app, [*map(str, arguments)]).exit_code == 0
        return [results.read_text(), manifest_path(results).read_text()]

    old, new = asked("--coverage", "0.5"), asked()
    run = done[-1]

    def put_old() -> None:
        results.write_text(old[0])
        manifest_path(results).write_text(old[1])

    alone = 0
    for _ in kills(put_old, run):
        beside = manifest_path(results)
        state = [results.read_text(), beside.read_text() if beside.exists() else None]
        alone += state[1] is None
        assert state in (old, new, [old[0], None], [new[0], None])
    assert 0 < alone < 10, "the old words go before the new result comes"
    run()
    assert [results.read_text(), manifest_path(results).read_text()] == new
    assert names(results.parent) == ["results.csv", "results.csv.json"]


# --- two at once ------------------------------------------------------------------------


def test_a_lock_leaves_nothing_and_a_dead_one_blocks_nobody(tmp_path: Path) -> None:
    place = tmp_path / "new" / ".a.csv.lock"
    place.parent.mkdir()
    place.write_text("of a process that is gone")
    with lock(tmp_path / "new" / "a.csv"):
        assert place.exists()
    assert names(tmp_path) == ["new"]
    with lock(tmp_path / "newer" / "a.csv"):
        assert (tmp_path / "newer").is_dir()
    assert names(tmp_path) == ["new"]


def test_no_two_hold_a_lock_that_each_deletes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("genre_audio.files.locks._POLL_SECONDS", 0.0005)
    inside, most, total = [0], [0], [0]

    def work() -> None:
        for _ in range(40):
            with lock(tmp_path / "a.csv", on_wait=lambda: None):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                total[0] += 1
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (most, total) == ([1], [160])
    assert names(tmp_path) == []


@pytest.mark.parametrize("error", [NotImplementedError(), OSError(37, "No locks available")])
def test_a_file_system_without_locks_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    with pytest.raises(OutputError, match=r"a\.csv cannot be written: its file system has no"):
        lock(tmp_path / "a.csv").__enter__()


@pytest.mark.usefixtures("home", "shipped")
@pytest.mark.parametrize(
    ("arguments", "held"),
    [
        (["predict", "--table", "rows.csv", "-o", "r.csv"], "r.csv"),
        (["predict", "--table", "rows.csv", "--report", "pages"], "pages/index.html"),
        (["retrain", "rows.csv", "-o", "model"], "model"),
    ],
)
def test_a_second_run_is_refused_before_the_work(
    tmp_path: Path, rows: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], held: str
) -> None:
    monkeypatch.chdir(tmp_path)
    before = names(tmp_path)
    with lock(Path(held)):
        done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert f"another process is writing {held}; wait for it" in done.stderr
    assert names(tmp_path) == before


@pytest.mark.usefixtures("shipped")
def test_two_models_of_one_day_have_two_names(home: Path) -> None:
    from genre_audio.cli.model_place import free_folder

    with contextlib.ExitStack() as both:
        found = [both.enter_context(free_folder(None, output=None, force=False)) for _ in range(2)]
        found[0].mkdir()
        found += [both.enter_context(free_folder(None, output=None, force=False))]
    assert [folder.name[10:] for folder in found] == ["", "-2", "-3"]
    assert names(user_models()) == [found[0].name]


def test_two_that_activate_at_once_both_do(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [f"task {number}" for number in range(8)]
    threads = [
        threading.Thread(target=remember, args=(task,), kwargs={"path": home}) for task in tasks
    ]
    monkeypatch.setattr("genre_audio.files.locks._POLL_SECONDS", 0.001)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(activated()) == tasks


@pytest.mark.usefixtures("shipped")
def test_an_activated_model_whose_replacement_was_killed_is_found(
    home: Path, tiny_folder: Path
) -> None:
    folder = user_models() / "mine"
    remember("genre", path=folder)
    old = folder.parent / ".mine.k3x_81ab.genre-audio" / "old" / "mine"
    old.parent.mkdir(parents=True)
    old.symlink_to(tiny_folder, target_is_directory=True)
    assert resolve_model().path == folder
    assert names(user_models())[0] == "mine"


def test_busy_is_an_error_of_its_own(tmp_path: Path) -> None:
    with lock(tmp_path / "a.csv"), pytest.raises(BusyError, match="choose another output"):
        lock(tmp_path / "a.csv").__enter__()


# --- real processes -----------------------------------------------------------------------


def test_a_sample_of_the_script_that_kills_processes(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    command = [sys.executable, str(SCRIPT), "--commands", "extract", "--modes", "group"]
    command += ["--moments", "1", "--record", str(found)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(found.read_text())[0]["killed"] == 1
