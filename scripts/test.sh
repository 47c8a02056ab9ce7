#!/usr/bin/env bash
# Make a virtual environment, install genre-audio with its test extra, run every check.
#
#     bash scripts/test.sh [--oldest] [what to hand on to pytest]
#
# --oldest installs the lowest versions that pyproject.toml allows, in an environment of its
# own, and leaves out style and types: those are judged by the newest tools only.
# PYTHON names another interpreter (PYTHON=python3.13; with --oldest one of 3.11, as old
# versions have no wheels for newer ones), GENRE_AUDIO_VENV another place for the
# environment, which is kept: delete it to begin anew.
set -euo pipefail
cd "$(dirname "$0")/.."

oldest=
[ "${1:-}" != --oldest ] || { oldest=1; shift; }
PYTHON=${PYTHON:-python3}
VENV=${GENRE_AUDIO_VENV:-.venv-${oldest:+oldest-}test}
say() { printf '\n== %s\n' "$*"; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say "environment in $VENV"
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
export PIP_DISABLE_PIP_VERSION_CHECK=1
if [ -n "$oldest" ]; then
    "$VENV/bin/python" -m pip install --quiet packaging
    "$VENV/bin/python" scripts/oldest.py | tee "$work/oldest.txt"
    export PIP_CONSTRAINT=${PIP_CONSTRAINT:+$PIP_CONSTRAINT }$work/oldest.txt
fi
"$VENV/bin/python" -m pip install --quiet --editable '.[test]'

if [ -z "$oldest" ]; then
    say "style and types"
    "$VENV/bin/ruff" check .
    "$VENV/bin/ruff" format --check .
    "$VENV/bin/mypy"
fi

say "wheel, installed without the test extra, on a tone"
"$VENV/bin/python" -m build --wheel --outdir "$work" . >"$work/build.log" 2>&1 || {
    cat "$work/build.log"
    exit 1
}
"$PYTHON" -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet "$work"/genre_audio-*.whl
"$work/venv/bin/python" scripts/synthesise.py "$work/recordings" --count 1
(
    # Away from the sources, with a home of its own: only what the wheel brought is used.
    cd "$work"
    export HOME="$work/home" XDG_DATA_HOME="$work/home/data"
    unset GENRE_AUDIO_MODEL
    venv/bin/genre-audio --help >/dev/null
    venv/bin/genre-audio extract recordings -o features.csv
    venv/bin/genre-audio predict recordings
)

say "tests"
command -v chromium chromium-browser google-chrome google-chrome-stable >/dev/null ||
    echo "no browser is installed (chromium): tests of pages in a browser will be skipped"
# Tests start hundreds of processes, each of which would compile the sources again.
unset PYTHONDONTWRITEBYTECODE
# Packages bring pools of threads; two workers with two pools each are slower than one.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# COVERAGE=1 also says which lines no test reaches; it takes a third more time.
[ -z "${COVERAGE:-}" ] || set -- --cov=genre_audio --cov-report=term "$@"
# Neighbours stay with one worker, which makes what they share once; the idle take from the busy.
"$VENV/bin/python" -m pytest --numprocesses auto --dist worksteal "$@"
