"""The compiled functions are made once, by one process, in a folder of our own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import genre_audio
from genre_audio.extraction import compiled
from genre_audio.extraction.compiled import VARIABLE, prepare_kernels, warm
from genre_audio.features.kernels import median, parts, peaks, shapes

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a cache folder of the test's own, beside sources that cannot be written to."""
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "__pycache__").write_text("a file where the folder should be")
    monkeypatch.setattr(compiled, "_KERNELS", tmp_path / "sources")
    monkeypatch.delenv(VARIABLE, raising=False)
    # setenv, so that what prepare_kernels sets is taken back afterwards.
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.setattr(compiled.platformdirs, "user_cache_path", lambda _name: tmp_path / "cache")
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    return tmp_path / "cache" / "compiled"


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows with each compilation; a stand-in takes a moment."""
    done: list[str] = []

    def compile_slowly() -> bool:
        time.sleep(0.2)
        done.append(os.environ[VARIABLE])
        return True

    monkeypatch.setattr(compiled, "_compiled", compile_slowly)
    return done


def test_only_the_first_call_compiles_and_says_so(cache: Path, compilations: list[str]) -> None:
    said: list[str] = []
    prepare_kernels(said.append)
    prepare_kernels(said.append)
    assert compilations == [str(cache)]
    assert len(said) == 1


def test_who_comes_second_waits_and_does_not_compile(cache: Path, compilations: list[str]) -> None:
    threads = [threading.Thread(target=prepare_kernels) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    assert len(compilations) == 1


def test_a_folder_that_the_user_chose_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path, compilations: list[str]
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    prepare_kernels()
    assert compilations == [str(tmp_path / "own")]
    assert not cache.exists()


def test_where_sources_can_be_written_to_the_result_lies_beside_them(
    cache: Path, compilations: list[str], tmp_path: Path
) -> None:
    beside = tmp_path / "sources" / "__pycache__"
    beside.unlink()
    prepare_kernels()
    assert compilations == [str(beside)]
    assert not cache.exists()


def test_changed_sources_compile_again(
    cache: Path, compilations: list[str], tmp_path: Path
) -> None:
    prepare_kernels()
    (tmp_path / "sources" / "kernel.py").write_text("")
    prepare_kernels()
    assert len(compilations) == 2


def test_other_versions_compile_again(
    cache: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare_kernels()
    monkeypatch.setattr(compiled.metadata, "version", lambda _name: "99")
    prepare_kernels()
    assert len(compilations) == 2


def test_a_failed_compilation_is_tried_again(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    monkeypatch.setattr(compiled, "_compiled", lambda: bool(tried.append(1)))
    prepare_kernels()
    prepare_kernels()
    assert len(tried) == 2


def test_where_the_cache_cannot_be_written_a_temporary_folder_serves(
    cache: Path, compilations: list[str], tmp_path: Path
) -> None:
    cache.parent.write_text("a file where the folder should be")
    prepare_kernels()
    assert [Path(folder).parents[1] for folder in compilations] == [tmp_path / "temporary"]


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="folders have no owners here")
def test_somebody_elses_folder_is_never_used(
    cache: Path, compilations: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir(parents=True)
    (tmp_path / "temporary").mkdir()
    stranger = os.getuid() + 1
    monkeypatch.setattr(compiled.os, "getuid", lambda: stranger)
    prepare_kernels()
    (folder,) = compilations
    assert Path(folder) != cache
    assert Path(folder).name.startswith("genre-audio-")  # a private one, made by mkdtemp


def test_no_folder_at_all_stops_nobody(
    cache: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(*_where: object, **_how: object) -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(compiled.Path, "mkdir", nowhere)
    monkeypatch.setattr(compiled.tempfile, "mkdtemp", nowhere)
    prepare_kernels()
    assert compilations == []
    assert not os.environ.get(VARIABLE)


def test_an_unusable_folder_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compilations: list[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "below"))
    prepare_kernels()
    assert compilations == []


def test_a_kernel_has_one_form_so_that_processes_cannot_mix_up_several() -> None:
    warm()
    for kernel in (median._fill, parts.harmonic_share, parts.add_samples, peaks._find, shapes._sum):
        assert len(kernel.signatures) == 1
    with pytest.raises(TypeError, match="No matching definition"):
        median._fill(np.ones((9, 64)), np.arange(99), 0, np.ones((9, 64)))


def test_warming_up_leaves_compiled_code_and_says_it_is_complete() -> None:
    # A real run, in the machine's own cache: ten seconds where that is not warm yet.
    code = "import os, genre_audio.extraction.compiled as c; c.prepare_kernels()"
    run = [sys.executable, "-c", f"{code}; print(os.environ[c.VARIABLE])"]
    found = subprocess.run(run, check=True, capture_output=True, text=True, timeout=300)
    folder = Path(found.stdout.strip())
    assert (folder / f"complete-{compiled._key()}").exists()
    assert list(folder.glob("**/*.nbi"))


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Return a folder that other users may enter; tmp_path lies in one that is private."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        for below in folder.rglob("*"):  # or nobody but root could delete them
            if below.is_dir():
                below.chmod(0o755)


DESCRIBE = """
import os, pathlib, sys
import genre_audio.extraction.compiled as compiled

said = []
compiled.prepare_kernels(said.append)
compiled.warm()  # works, whatever could be kept
folder = pathlib.Path(os.environ[compiled.VARIABLE])
print(len(said), folder, len(list(folder.glob("**/*.nbi"))), "librosa.core" in sys.modules)
"""


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no users to be here")
def test_a_read_only_installation_without_a_home_works(public_folder: Path) -> None:
    """As an unprivileged user, who can read everything and write to one folder only."""
    package = public_folder / "site" / "genre_audio"
    shutil.copytree(Path(genre_audio.__file__).parent, package, ignore=lambda *_: ["__pycache__"])
    temporary = public_folder / "temporary"
    temporary.mkdir()
    temporary.chmod(0o777)
    for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        folder.chmod(0o555)
    command = [sys.executable, "-c", DESCRIBE]
    if os.getuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root cannot become an unprivileged user without setpriv")
        # Reading is left: the interpreter may lie in root's own folder.
        may = "-all,+dac_read_search"
        user = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]
        command = ["setpriv", *user, "--inh-caps", may, "--ambient-caps", may, *command]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(package.parent),
        "TMPDIR": str(temporary),
        "HOME": "/nonexistent",
    }
    runs = []
    for _ in range(2):
        done = subprocess.run(
            command, env=environment, cwd="/", capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        runs.append(done.stdout.split())
    (first, second) = runs
    assert first[0] == "1"  # said to compile
    assert second[0] == "0"  # found it
    assert Path(first[1]).is_relative_to(temporary)
    assert first[1:] == second[1:]
    assert int(first[2]) >= 5
    assert first[3] == "False"
