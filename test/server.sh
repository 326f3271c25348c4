# Sourced by loki.sh and jaeger.sh: builds a real server out of the Go module
# proxy for the tests that want one.

# server NAME MODULE VERSION [SED]: prints where the binary of MODULE/cmd/NAME is,
# and builds it if it isn't there. It is kept outside the repository. SED edits the
# module's replacements, of which local ones would point nowhere.
server() {
  local name=$1 module=$2 version=$3 edit=${4:-} cache=${XDG_CACHE_HOME:-$HOME/.cache}/otelheal
  local binary=$cache/$name-$version
  if [ ! -x "$binary" ]; then
    mkdir -p "$cache"
    exec 9>"$cache/$name.lock"
    flock 9 # two at once would only take twice as long
  fi
  if [ ! -x "$binary" ]; then
    echo "building $name $version at low priority (about ten minutes) …" >&2
    build "$binary.new" >&2
    mv "$binary.new" "$binary"
  fi
  echo "$binary"
}

# build OUT compiles server's module in one of its own, with its own pins.
build() (
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  go mod init "$name.build" 2>/dev/null
  dir=$(go mod download -json "$module@$version" | sed -n 's/.*"Dir": "\(.*\)",*/\1/p')
  sed -e "s|^module .*|module $name.build|" -e "$edit" "$dir/go.mod" >go.mod
  cat "$dir/go.sum" >go.sum
  go mod edit -require="$module@$version"
  nice -n 19 go build -mod=mod -o "$1" "$module/cmd/$name"
)
