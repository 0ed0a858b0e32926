#!/usr/bin/env bash
# Everything that must hold, on a machine with nothing prepared but Node and npm. Stops at the first suite that fails.
set -euo pipefail
cd "$(dirname "$0")/.."
export DO_NOT_TRACK=1 TURBO_TELEMETRY_DISABLED=1
# A test must not meet the settings of whoever runs it.
for name in $(env | sed -n 's/^\(FENGHUO_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
bash scripts/setup.sh test
step() { echo "== $*"; local from=$SECONDS; "$@"; echo "== done in $((SECONDS - from)) s"; }
step npx biome check .
step node bin/fenghuo.mjs rules check
suite() { step npx vitest run --passWithNoTests --project "$1"; }
# Types are checked on one core while the unit tests, which wait for no clock, take the other.
npx tsc --noEmit -p tsconfig.json & types=$!
suite unit
step wait "$types"
for name in parts product browser; do suite "$name"; done
echo "all suites passed in $SECONDS s"
