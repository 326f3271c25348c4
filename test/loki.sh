#!/usr/bin/env bash
# Builds a real Loki for the tests that want one, and prints where it is. It is
# kept outside the repository: five to ten minutes cold, 220 MB.
set -euo pipefail
version=v3.7.8
cache="${XDG_CACHE_HOME:-$HOME/.cache}/otelheal"
binary="$cache/loki-$version"
if [ ! -x "$binary" ]; then
  mkdir -p "$cache"
  exec 9>"$cache/loki.lock"
  flock 9 # two at once would only take twice as long
fi
if [ ! -x "$binary" ]; then
  echo "building Loki $version at low priority (about ten minutes) …" >&2
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  go mod init loki.build >/dev/null 2>&1
  dir=$(go mod download -json "github.com/grafana/loki/v3@$version" | sed -n 's/.*"Dir": "\(.*\)",*/\1/p')
  # Loki's own pins; of its replacements only the local one is left out, which
  # is the same code as the module it stands for.
  sed -e 's|^module .*|module loki.build|' -e '/=> \.\/pkg\/push/d' "$dir/go.mod" >go.mod
  cp "$dir/go.sum" go.sum
  chmod u+w go.mod go.sum
  go mod edit -require="github.com/grafana/loki/v3@$version"
  nice -n 19 go build -mod=mod -o "$binary.new" github.com/grafana/loki/v3/cmd/loki >&2
  mv "$binary.new" "$binary"
fi
echo "$binary"
