#!/usr/bin/env bash
# Puts nats-server into the folder given, out of the Debian package, without installing a system service. Idempotent.
set -euo pipefail
into="${1:?usage: install-nats.sh FOLDER}"
[ -x "$into/nats-server" ] && exit 0
if ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
  echo "nats-server is not installed, and this is no Debian or Ubuntu: install nats-server >= 2.9 so that it is on PATH, or set FENGHUO_NATS_URL." >&2
  exit 3
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
echo "fetching nats-server (Debian package, about 4 MB) into $into" >&2
fetch() { (cd "$work" && apt-get download -qq nats-server >"$work/log" 2>&1); }
if ! fetch; then
  if [ "$(id -u)" != 0 ]; then
    echo "apt knows no package nats-server yet: run 'sudo apt-get update' once, or install nats-server >= 2.9 yourself." >&2
    exit 3
  fi
  echo "apt's package lists are empty: apt-get update" >&2
  apt-get update -qq >"$work/log" 2>&1 || true
  fetch || { cat "$work/log" >&2; echo "could not fetch nats-server: install nats-server >= 2.9 so that it is on PATH, or set FENGHUO_NATS_URL." >&2; exit 3; }
fi
dpkg -x "$work"/nats-server_*.deb "$work/out"
mkdir -p "$into"
# Moved under its name at the end, so that a half copy is never taken for the program.
cp "$work/out/usr/sbin/nats-server" "$into/nats-server.new"
mv "$into/nats-server.new" "$into/nats-server"
