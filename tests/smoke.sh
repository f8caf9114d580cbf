#!/bin/sh
# Tries the wheel in dist/ in a bare environment: no test tools, no checkout. $1 is uv, $2 a Python.
set -eu
uv=$(realpath "$1")
python=$(realpath -s "$2")
repository=$(pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
"$uv" venv --quiet --python "$python" "$place/env"
"$uv" pip install --quiet --python "$place/env/bin/python" --constraint requirements.lock dist/wirecopy-*.whl
cd "$place"
env/bin/wirecopy --version
mkdir articles
printf 'A title\nThe bridge opens in spring. The mayor said so.\n' > articles/one.txt
env/bin/wirecopy init work --articles articles
env/bin/wirecopy corpus build --workspace work
env/bin/python -c "
from datasets import load_dataset
rows = load_dataset('work/build/corpus', 'segments')['train']
assert [row['text'] for row in rows] == ['A title', 'The bridge opens in spring.', 'The mayor said so.'], rows[:]
"
if env/bin/wirecopy annotation plan --workspace work 2> errors; then echo "a plan without a server must fail"; exit 1; fi
grep -q '^hint: wirecopy annotation serve' errors
cmp -s "$repository/wirecopy.py" "$(find env -name wirecopy.py)"
echo "the wheel works in a bare environment"
