#!/usr/bin/env bash
# `npm run bench:start`: what a new user meets. Clones this commit to a new folder, runs `npm start`, and prints how long everything took:
# first telemetry, the incident, Ctrl-C, the second start, kill -9. Exit 1 when a promise is not kept. Needs the npm registry or a warm cache.
# With a file name as its argument, what the first start printed is kept there.
# No pipefail: grep -q ends a pipe early, and that is no failure.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)/fenghuo
export FENGHUO_PORT_SHIFT="${FENGHUO_PORT_SHIFT:-20000}" CI=true
log=$dir.log
failed=0
now() { date +%s%N; }
since() { echo $((($(now) - $1) / 1000000)); }
# Processes that run from the clone or over its data, whoever their parent is; this shell's own are not among them.
# One pass over all of them, quick enough to time by; the pattern stands in a file, or grep would find itself.
echo "$dir" >"$(dirname "$dir")/pattern"
ours() {
  { grep -lsf "$(dirname "$dir")/pattern" /proc/[0-9]*/cmdline; find /proc -maxdepth 2 -name cwd -lname "$dir*" 2>/dev/null; } |
    grep -o '[0-9][0-9]*' | sort -un
}
holds() { # says, figure, limit, unit
  if [ "$2" -le "$3" ]; then echo "PASS  $1: $2 $4 (at most $3)"; else echo "FAIL  $1: $2 $4 (at most $3)"; failed=1; fi
}
await() { # text, seconds
  for _ in $(seq $(($2 * 10))); do grep -q "$1" "$log" && return 0; sleep 0.1; done
  echo "FAIL  \"$1\" did not come within $2 s"; tail -5 "$log"; failed=1; return 1
}
# The console shows telemetry when its graph has services with figures of their own.
telemetry() { # seconds
  for _ in $(seq $(($1 * 10))); do
    curl -fs "http://127.0.0.1:$((1530 + FENGHUO_PORT_SHIFT))/api/v1/graph" 2>/dev/null | grep -q '"telemetry":"own"' && return 0; sleep 0.1
  done
  echo "FAIL  no telemetry in the console within $1 s"; tail -5 "$log"; failed=1; return 1
}
start() { : >"$log"; from=$(now); (cd "$dir" && exec setsid npm start >"$log" 2>&1) & npm=$!; }
gone() { # seconds
  for _ in $(seq $(($1 * 10))); do [ -z "$(ours)" ] && return 0; sleep 0.1; done; return 1
}
trap 'for p in $(ours); do kill -9 $p 2>/dev/null; done; rm -rf "$(dirname "$dir")"' EXIT

git clone -q "$root" "$dir"
echo "clone of $(git -C "$dir" log -1 --format=%h), $(nproc) cores, $(date -u +%F)"
start
telemetry 300 && holds 'npm start on a clean clone to first telemetry in the console' $(($(since "$from") / 1000)) 90 s
await 'bank-a is slow now' 90 && slow=$(now)
await 'cause: bank-a' 20 && holds 'slow bank to its name on the terminal' "$(since "$slow")" 3000 ms
await 'action undone' 120 && echo "PASS  switched and switched back with no further command"
[ -n "${1:-}" ] && cp "$log" "$1"
stopped=$(now)
kill -INT -- "-$npm"
if gone 20; then holds 'Ctrl-C to no process left' "$(since "$stopped")" 20000 ms; else echo "FAIL  left after Ctrl-C: $(ours)"; failed=1; fi
start
telemetry 60 && holds 'second start to telemetry in the console' "$(since "$from")" 15000 ms
up=$(pgrep -f "$dir/bin/fenghuo.mjs up|bin/fenghuo.mjs up --example" | while read -r p; do [ "$(readlink /proc/$p/cwd)" = "$dir" ] && echo $p; done | tail -1)
killed=$(now)
kill -9 "$up"
if gone 5; then holds 'kill -9 of the parent to no process left' "$(since "$killed")" 5000 ms; else echo "FAIL  left after kill -9: $(ours)"; failed=1; fi
exit $failed
