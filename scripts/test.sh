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
step npx tsc --noEmit -p tsconfig.json
step node bin/fenghuo.mjs rules check
for suite in unit parts product browser; do step npx vitest run --passWithNoTests --project "$suite"; done
echo "all suites passed in $SECONDS s"
