#!/bin/sh
# Writes the two lock files anew: versions and hashes only, for every platform and Python from 3.11 on.
set -eu
cd "$(dirname "$0")/.."
lock() {
    uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-annotate "$@" pyproject.toml requirements/build.in
}
lock --extra dev -o requirements/dev.txt
lock --extra export --extra postgres -c requirements/dev.txt -o requirements/demo.txt
