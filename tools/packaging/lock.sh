#!/usr/bin/env bash
# Pins every requirements.in with versions and hashes. The pins of the functions and the layer are
# constrained by those for development, so that tests run with the deployed versions.
set -euo pipefail
cd "$(dirname "$0")/../.."
compile=(uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate)
"${compile[@]}" "$@" requirements-dev.in -o requirements-dev.txt
for folder in layers_shared functions/announce functions/list_music functions/refresh_music; do
  "${compile[@]}" -c requirements-dev.txt "$folder/requirements.in" -o "$folder/requirements.txt"
done
"${compile[@]}" -c requirements-dev.txt "$@" requirements-bench.in -o requirements-bench.txt
"${compile[@]}" "$@" requirements-generators.in -o requirements-generators.txt
"${compile[@]}" "$@" requirements-audit.in -o requirements-audit.txt
"${compile[@]}" "$@" requirements-sam.in -o requirements-sam.txt
"${compile[@]/#3.11/3.13}" "$@" requirements-emulator.in -o requirements-emulator.txt
