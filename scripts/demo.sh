#!/usr/bin/env bash
# Make a virtual environment, install genre-audio, and tell which genres recordings resemble:
#     bash scripts/demo.sh [RECORDING_OR_FOLDER ...]
# Without a recording, a few are synthesised; what is said of them means nothing.
# PYTHON names another interpreter, GENRE_AUDIO_VENV another place for the environment.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)

PYTHON=${PYTHON:-python3}
VENV=${GENRE_AUDIO_VENV:-$root/.venv}
export PIP_DISABLE_PIP_VERSION_CHECK=1

echo "installing genre-audio into $VENV (a minute or two)" >&2
[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
"$VENV/bin/python" -m pip install --quiet "$root"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -eq 0 ]; then
    echo "no recording was given: synthesising some. They are SYNTHETIC: their genres mean nothing." >&2
    "$VENV/bin/python" "$root/scripts/synthesise.py" "$work/synthetic"
    set -- "$work/synthetic"
fi

echo "features of each recording:" >&2
status=0
"$VENV/bin/genre-audio" extract "$@" -o "$work/features.csv" || status=$?
# 3: done, but some recordings were skipped, each with a line that says why.
[ $status -eq 0 ] || [ $status -eq 3 ] || exit $status
"$VENV/bin/python" - "$work/features.csv" <<'PYTHON'
import sys

import pandas as pd

columns = ["filename", "length", "tempo", "rms_mean", "spectral_centroid_mean", "mfcc1_mean"]
print(pd.read_csv(sys.argv[1])[columns].to_string(index=False))
PYTHON

echo "genres that each resembles most:" >&2
"$VENV/bin/genre-audio" predict --table "$work/features.csv"
echo "from now on: $VENV/bin/genre-audio predict RECORDING..." >&2
exit $status
