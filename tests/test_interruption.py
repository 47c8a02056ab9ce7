"""Ctrl-C and SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from genre_audio.cli import app as application
from genre_audio.cli import interruption
from genre_audio.cli.interruption import Interruption
from genre_audio.execution import joblibs

module = sys.modules["genre_audio.cli.app"]


class LeftError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Exit codes; the process goes on, but not where it was."""
    codes: list[int] = []

    def leave(code: int) -> None:
        codes.append(code)
        raise LeftError

    monkeypatch.setattr(interruption.os, "_exit", leave)
    monkeypatch.setattr(interruption.atexit, "_run_exitfuncs", lambda: None)
    return codes


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds for which an alarm was set; it never rings."""
    seconds: list[float] = []
    monkeypatch.setattr(interruption.signal, "setitimer", lambda _, wait: seconds.append(wait))
    return seconds


def test_the_first_signal_is_an_exception_and_a_late_one_the_end(
    ended: list[int], clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    listener = Interruption(command="extract")
    with pytest.raises(KeyboardInterrupt):
        listener._interrupt(signal.SIGINT, None)
    assert clock == [interruption._PATIENCE]
    listener._interrupt(signal.SIGINT, None)  # the echo of a wrapper
    assert ended == []
    listener.begun -= 1.0
    with pytest.raises(LeftError):
        listener._interrupt(signal.SIGTERM, None)
    assert ended == [130]
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "genre-audio: interrupted; run the same command again: it goes on where it stopped"
    ]


def test_an_exception_that_came_to_nothing_is_raised_again(
    ended: list[int], clock: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    listener = Interruption(begun=time.monotonic())
    what = type("Unraisable", (), {"exc_value": KeyboardInterrupt()})
    listener._unraisable(what)  # type: ignore[arg-type]
    assert clock == [interruption._AGAIN]
    with pytest.raises(KeyboardInterrupt):
        listener._insist(signal.SIGALRM, None)
    with pytest.raises(LeftError):
        listener._insist(signal.SIGALRM, None)
    assert ended == [130]
    assert "nothing was begun" in capsys.readouterr().err


def test_other_exceptions_that_come_to_nothing_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[object] = []
    monkeypatch.setattr(sys, "__unraisablehook__", shown.append)
    what = type("Unraisable", (), {"exc_value": ValueError()})
    Interruption()._unraisable(what)  # type: ignore[arg-type]
    assert shown == [what]


def test_joblib_is_tidied_up_unless_it_is_late(
    ended: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tidied: list[bool] = []
    monkeypatch.setattr(joblibs, "end_joblib", lambda: tidied.append(True))
    for late in (False, True):
        with pytest.raises(LeftError):
            Interruption().leave(late=late)
    assert tidied == [True]


def test_signals_that_were_ignored_stay_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    handlers = {signal.SIGINT: signal.SIG_IGN, signal.SIGTERM: signal.SIG_DFL}
    monkeypatch.setattr(interruption.signal, "getsignal", handlers.get)
    monkeypatch.setattr(interruption.signal, "signal", handlers.__setitem__)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    listener = Interruption()
    listener.listen()
    assert handlers[signal.SIGINT] is signal.SIG_IGN
    assert handlers[signal.SIGTERM] == listener._interrupt


@pytest.mark.parametrize("end", [SystemExit(130), KeyboardInterrupt()])
def test_the_program_leaves_when_interrupted(
    monkeypatch: pytest.MonkeyPatch, ended: list[int], end: BaseException
) -> None:
    def stop() -> None:
        raise end

    monkeypatch.setattr(module, "app", stop)
    monkeypatch.setattr(Interruption, "listen", lambda _: None)
    for name in ("OPENBLAS_NUM_THREADS", "PYTHONSAFEPATH"):  # which `main` sets
        monkeypatch.setenv(name, "1")
    with pytest.raises(LeftError):
        module.main()
    assert ended == [130]
    assert application is not None


def test_workers_of_joblib_are_started_with_signals_held_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from joblib.externals.loky.backend import fork_exec

    masks = []

    def start(*_: object) -> int:
        masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))
        return 1

    monkeypatch.setattr(fork_exec, "fork_exec", start)
    joblibs.shield_joblib()
    shielded = fork_exec.fork_exec
    joblibs.shield_joblib()
    assert fork_exec.fork_exec is shielded, "once is enough"
    assert shielded("python", []) == 1
    assert {signal.SIGINT, signal.SIGTERM} <= masks[0]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_workers_of_joblib_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    from joblib.externals.loky import reusable_executor

    asked = []
    executor = type("Executor", (), {"shutdown": lambda _, **how: asked.append(how)})()
    monkeypatch.setattr(reusable_executor, "_executor", executor)
    joblibs.end_joblib()
    assert asked == [{"wait": True, "kill_workers": True}]


TRAINING = """
import os, time
from pathlib import Path
from typing import Any
from joblib import Parallel, delayed
from genre_audio.execution import joblib_backend

def note(file):
    with open(file, "a") as processes:
        processes.write(f"{os.getpid()}\\n")
    time.sleep(600)

with joblib_backend(2):
    Parallel()(delayed(note)("processes") for _ in range(2))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked for in /proc")
def test_workers_of_joblib_end_with_a_process_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", TRAINING], cwd=tmp_path) as running:
        workers = wait_for_two(running, tmp_path / "processes")
        running.kill()
    wait_until_gone(workers)


def wait_for_two(running: subprocess.Popen[Any], noted: Path) -> list[str]:
    """Return the numbers of two workers, as soon as both have noted them."""
    until = time.monotonic() + 60
    while not (noted.exists() and len(noted.read_text().split()) == 2):
        assert running.poll() is None, running.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
    return noted.read_text().split()


def wait_until_gone(processes: list[str]) -> None:
    """Fail if one of them is still there after a while."""
    until = time.monotonic() + 20
    while any(Path(f"/proc/{process}").exists() for process in processes):
        assert time.monotonic() < until
        time.sleep(0.02)


PROGRAM = """
import signal
import sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever this test was started by
import genre_audio.extraction.recording
sys.path.insert(0, {tests!r})
from mishaps import slow
genre_audio.extraction.recording.feature_row = slow
from genre_audio.__main__ import main
main()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_a_program_at_work_ends_quietly_with_its_workers(
    write_audio: object, tmp_path: Path
) -> None:
    from signals import noise

    for seed in range(2):
        write_audio(noise(1.2, seed=seed), name=f"tapes/{seed}.wav")  # type: ignore[operator]
    code = PROGRAM.format(tests=str(Path(__file__).parent))
    command = [sys.executable, "-c", code, "extract", "tapes", "-j", "2"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    environment = os.environ | {"PROCESSES": str(tmp_path / "processes")}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, start_new_session=True, **pipes
    ) as running:
        workers = wait_for_two(running, tmp_path / "processes")
        os.killpg(running.pid, signal.SIGINT)  # a terminal tells all processes
        out, err = running.communicate(timeout=30)
    assert (running.returncode, out) == (130, "")
    assert err == (
        "genre-audio: interrupted; run the same command again: it goes on where it stopped\n"
    )
    wait_until_gone(workers)


def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "genre_audio", "models", "--help"]
    how = {"stderr": subprocess.PIPE, "text": True, "check": False, "cwd": tmp_path}
    done = subprocess.run(command, stdout=writer, **how)
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")
