#!/usr/bin/env bash
# Make a virtual environment, install genre-audio with its test extra, run every check.
# PYTHON names another interpreter, GENRE_AUDIO_VENV another place for the environment.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
VENV=${GENRE_AUDIO_VENV:-.venv-test}
say() { printf '\n== %s\n' "$*"; }

say "environment in $VENV"
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$VENV/bin/python" -m pip install --quiet --editable '.[test]'

say "style and types"
"$VENV/bin/ruff" check .
"$VENV/bin/ruff" format --check .
"$VENV/bin/mypy"

say "wheel, installed without the test extra, on a tone"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
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
# Packages bring pools of threads; two workers with two pools each are slower than one.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
# COVERAGE=1 also says which lines no test reaches; it takes a third more time.
[ -z "${COVERAGE:-}" ] || set -- --cov=genre_audio --cov-report=term "$@"
"$VENV/bin/python" -m pytest --numprocesses auto "$@"
