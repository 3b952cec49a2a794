#!/bin/sh
# Rewrite requirements/*.lock: every wheel by hash, no address of any registry.
# Needs uv; nothing else in the project does.
set -eu
cd "$(dirname "$0")/.."
common="--quiet --generate-hashes --no-header --no-annotate --python-version 3.11 --exclude-newer P7D"
# The project is installed without build isolation, so its build backend is locked too.
echo 'hatchling>=1.33' | uv pip compile $common pyproject.toml - -o requirements/runtime.lock "$@"
uv pip compile $common --group dev -c requirements/runtime.lock -o requirements/dev.lock "$@"
uv pip compile $common --group bench -o requirements/bench.lock "$@"
