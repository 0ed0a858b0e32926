#!/usr/bin/env bash
# Installs what is missing, says what, and does nothing the second time. `setup.sh test` also installs Chromium for the browser tests.
set -euo pipefail
cd "$(dirname "$0")/.."
export DO_NOT_TRACK=1 TURBO_TELEMETRY_DISABLED=1
what="${1:-start}"
say() { echo "setup: $*"; }
fail() { echo "setup: $*" >&2; exit 3; }

command -v node >/dev/null || fail "Node.js is missing: install Node 20.19 or newer (https://nodejs.org)"
node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>20||(a===20&&b>=19)?0:1)' ||
  fail "Node 20.19 or newer is needed; this is $(node --version)"

# The stamp is ours: npm leaves the times of node_modules to chance.
stamp=node_modules/.fenghuo-installed
if [ ! -d node_modules/esbuild ] || [ ! -e "$stamp" ] || ! cmp -s package-lock.json "$stamp"; then
  if [ -d node_modules/esbuild ] && [ ! -e "$stamp" ] && [ ! package-lock.json -nt node_modules ]; then
    say "npm packages are there"
  else
    say "installing npm packages (about 1.2 GB with the embedded ClickHouse)"
    npm install --no-audit --no-fund --loglevel=error
  fi
  cp package-lock.json "$stamp"
fi

if [ -z "${FENGHUO_NATS_URL:-}" ] || [ "$what" = test ]; then
  if ! PATH="$PATH:/usr/sbin:/usr/local/bin" command -v nats-server >/dev/null; then
    bash probes/kit/parts/install-nats.sh .fenghuo/parts
  fi
fi

if [ "$what" = test ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  command -v apt-get >/dev/null || fail "the browser tests need Chromium: install it so that 'chromium' is on PATH"
  [ "$(id -u)" = 0 ] || fail "the browser tests need Chromium: run 'sudo apt-get install chromium' once"
  say "installing Debian's chromium for the browser tests (about 400 MB with what it needs)"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends chromium >/tmp/fenghuo-apt.log 2>&1 || {
    say "apt's package lists are old or empty: apt-get update"
    apt-get update -qq >>/tmp/fenghuo-apt.log 2>&1 || true
    apt-get install -y -qq --no-install-recommends chromium >>/tmp/fenghuo-apt.log 2>&1 || {
      tail -5 /tmp/fenghuo-apt.log >&2
      fail "could not install chromium; the log is /tmp/fenghuo-apt.log"
    }
  }
fi
