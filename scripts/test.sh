#!/usr/bin/env bash
# Everything that must hold, on a machine with nothing prepared but Node and npm.
set -euo pipefail
cd "$(dirname "$0")/.."
export DO_NOT_TRACK=1 TURBO_TELEMETRY_DISABLED=1
[ -d node_modules ] && [ node_modules -nt package-lock.json ] || { echo "installing npm packages"; npm install --no-audit --no-fund && touch node_modules; }
npx biome check .
npx tsc --noEmit -p tsconfig.json
npx vitest run --project unit
