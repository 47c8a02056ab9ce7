"""The kernels are compiled once, by one process, in a folder of our own."""

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

import numba
import numpy as np
import pytest

import genre_audio
from genre_audio.extraction import compiled
from genre_audio.extraction.compiled import prepare_kernels, warm
from genre_audio.kernels import folder, median, parts, peaks, shapes, windows
from genre_audio.kernels.compiled import integer, kernel
from genre_audio.kernels.folder import VARIABLE, kernel_folder

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder of sources of the test's own, beside which nothing can be kept."""
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "__pycache__").write_text("a file where the folder should be")
    (sources / "kernel.py").write_text("x = 1\n")
    monkeypatch.setattr(folder, "_SOURCES", sources)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _name: tmp_path / "cache")
    monkeypatch.setattr(folder.tempfile, "gettempdir", lambda: str(tmp_path / "temporary"))
    kernel_folder.cache_clear()
    yield sources
    kernel_folder.cache_clear()


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """Return a list that grows with each compilation; a stand-in takes a moment."""
    done: list[Path | None] = []

    def compile_slowly() -> bool:
        time.sleep(0.2)
        done.append(kernel_folder())
        return True

    monkeypatch.setattr(compiled, "_compiled", compile_slowly)
    return done


# -- where ---------------------------------------------------------------------------------


def test_where_sources_can_be_written_to_the_result_lies_beside_them(sources: Path) -> None:
    (sources / "__pycache__").unlink()
    found = kernel_folder()
    assert found is not None
    assert found.parent == sources / "__pycache__"


def test_elsewhere_it_lies_in_the_users_cache(sources: Path, tmp_path: Path) -> None:
    found = kernel_folder()
    assert found is not None
    assert found.parent == tmp_path / "cache" / "compiled"


def test_where_the_cache_cannot_be_written_a_temporary_folder_serves(
    sources: Path, tmp_path: Path
) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    found = kernel_folder()
    assert found is not None
    assert found.parents[2] == tmp_path / "temporary"


def test_a_folder_that_the_user_chose_is_used(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "own"))
    found = kernel_folder()
    assert found is not None
    assert found.parent == tmp_path / "own"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="folders have no owners here")
def test_somebody_elses_folder_is_never_used(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = os.getuid() + 1
    monkeypatch.setattr(folder.os, "getuid", lambda: stranger)
    assert kernel_folder() is None


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="folders have no owners here")
def test_a_folder_that_others_may_write_to_is_never_used(sources: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache" / "compiled"
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    found = kernel_folder()
    assert found is not None
    assert not found.is_relative_to(cache)
    assert found.stat().st_mode & 0o777 == 0o700


def test_other_versions_and_other_sources_have_other_folders(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {kernel_folder()}
    (sources / "kernel.py").write_text("x = 2\n")
    kernel_folder.cache_clear()
    found.add(kernel_folder())
    monkeypatch.setattr(folder.metadata, "version", lambda _name: "99")
    kernel_folder.cache_clear()
    found.add(kernel_folder())
    assert len(found) == 3


# -- once ----------------------------------------------------------------------------------


def test_only_the_first_call_compiles_and_says_so(
    sources: Path, compilations: list[Path | None]
) -> None:
    said: list[str] = []
    prepare_kernels(said.append)
    prepare_kernels(said.append)
    assert compilations == [kernel_folder()]
    assert len(said) == 1


def test_who_comes_second_waits_and_does_not_compile(
    sources: Path, compilations: list[Path | None]
) -> None:
    threads = [threading.Thread(target=prepare_kernels) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
        assert not thread.is_alive()
    assert len(compilations) == 1


def test_a_failed_compilation_is_said_and_tried_again(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []
    monkeypatch.setattr(compiled, "_compiled", lambda: bool(tried.append(1)))
    said: list[str] = []
    prepare_kernels(said.append)
    prepare_kernels(said.append)
    assert len(tried) == 2
    assert "every run will compile again" in said[1]


def test_no_folder_at_all_stops_nobody(
    sources: Path, compilations: list[Path | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(*_where: object, **_how: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(folder.Path, "mkdir", nowhere)
    prepare_kernels()
    assert compilations == []
    assert kernel(integer)(lambda x: x + 1)(1) == 2


def test_a_disk_that_fills_up_stops_nobody(sources: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> bool:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(compiled, "_compiled", full)
    said: list[str] = []
    prepare_kernels(said.append)
    assert len(said) == 2


def test_a_disk_that_is_full_in_the_middle_is_no_recordings_fault(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kernel_folder()
    assert first is not None
    njit = numba.njit

    def full(*types: object, cache: bool = False, **how: object) -> object:
        if cache and str(first) == numba.config.CACHE_DIR:
            raise OSError(28, "No space left on device")
        return njit(*types, **how)

    monkeypatch.setattr(numba, "njit", full)
    assert kernel(integer)(lambda x: x + 1)(1) == 2
    assert kernel_folder() != first  # for what is left, another place
    monkeypatch.setattr(compiled.pkgutil, "iter_modules", lambda *_: ())
    assert warm()


def test_a_failure_that_is_not_the_disks_is_not_hidden(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*types: object, **how: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(numba, "njit", fail)
    monkeypatch.setattr("genre_audio.kernels.compiled.kernel_folder", lambda: None)
    with pytest.raises(OSError, match="Input/output error"):
        kernel(integer)(lambda x: x + 1)


def test_others_keep_what_they_compile_where_they_please() -> None:
    before = numba.config.CACHE_DIR, os.environ.get(VARIABLE)
    prepare_kernels()
    kernel(integer)(lambda x: x + 1)
    assert (numba.config.CACHE_DIR, os.environ.get(VARIABLE)) == before


def test_a_kernel_has_one_form_so_that_processes_cannot_mix_up_several() -> None:
    warm()
    several = (median._fill, parts.harmonic_share, parts.add_samples, peaks._find, shapes._sum)
    for found in (*several, windows.window_frames):
        assert len(found.signatures) == 1
    with pytest.raises(TypeError, match="No matching definition"):
        median._fill(np.ones((9, 64)), np.arange(99), 0, np.ones((9, 64)))


# -- in processes of their own ---------------------------------------------------------------

DESCRIBE = """
import sys
import genre_audio.extraction.compiled as compiled
from genre_audio.kernels.folder import kernel_folder

said = []
compiled.prepare_kernels(said.append)
compiled.warm()  # works, whatever could be kept
folder = kernel_folder()
print(len(said), folder, len(list(folder.glob("**/*.nbi"))), "librosa.core" in sys.modules)
"""


def test_a_strangers_module_in_the_current_folder_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "numba.py").write_text("raise SystemExit('not ours')\n")
    monkeypatch.chdir(tmp_path)
    assert compiled._compiled()


def test_warming_up_leaves_compiled_code_and_says_it_is_complete() -> None:
    # A real run, in the machine's own cache: ten seconds where that is not warm yet.
    run = [sys.executable, "-c", DESCRIBE]
    done = subprocess.run(run, check=True, capture_output=True, text=True, timeout=300)
    _, place, kept, librosa = done.stdout.split()
    assert (Path(place) / "complete").exists()
    assert int(kept) >= 5
    assert librosa == "False"


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Return a folder that other users may enter; tmp_path lies in one that is private."""
    with tempfile.TemporaryDirectory() as name:
        public = Path(name)
        public.chmod(0o755)
        yield public
        for below in public.rglob("*"):  # or nobody but root could delete them
            if below.is_dir():
                below.chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no users to be here")
def test_a_read_only_installation_without_a_home_works(public_folder: Path) -> None:
    """As an unprivileged user, who can read everything and write to one folder only."""
    package = public_folder / "site" / "genre_audio"
    shutil.copytree(Path(genre_audio.__file__).parent, package, ignore=lambda *_: ["__pycache__"])
    temporary = public_folder / "temporary"
    temporary.mkdir()
    temporary.chmod(0o777)
    for below in [package, *(path for path in package.rglob("*") if path.is_dir())]:
        below.chmod(0o555)
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
