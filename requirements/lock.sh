#!/bin/sh
# Writes the lock files anew: versions and hashes only, for every platform and Python from 3.11 on.
set -eu
cd "$(dirname "$0")/.."
lock() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate "$@"
}
lock --extra dev -o requirements/dev.txt pyproject.toml requirements/build.in
lock --extra export --extra postgres -c requirements/dev.txt -o requirements/demo.txt pyproject.toml requirements/build.in
# ASReview wants an older pandas and rispy than ours.
same=$(mktemp)
grep -E '^[a-z0-9].*==' requirements/dev.txt | sed 's/ *\\$//' | grep -vE '^(pandas|rispy)==' > "$same"
lock -c "$same" -o requirements/asreview.txt requirements/asreview.in
rm "$same"
