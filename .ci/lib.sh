# Sourced by the scripts of this repository (bash): saying what is done, root when needed, the cache folder.
# Refuses to do anything by itself.

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# as_root CMD...: with sudo when we are not root.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif have sudo; then sudo "$@"
  else die "this needs root, and there is no sudo: $*"
  fi
}

# cache_dir: what may be kept between checkouts (Python environments, build output). Made on first use.
cache_dir() {
  local folder
  for folder in "${GATEWRIGHT_CACHE:-}" /var/cache/gatewright "$HOME/.cache/gatewright"; do
    [ -n "$folder" ] || continue
    if mkdir -p "$folder" 2>/dev/null && [ -w "$folder" ]; then printf '%s\n' "$folder"; return; fi
  done
  die "no folder for caches could be written; set GATEWRIGHT_CACHE"
}

# missing_packages NAME...: those Debian packages of the list that are not installed.
missing_packages() {
  local name
  for name in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || printf '%s\n' "$name"
  done
}

# install_packages PURPOSE NAME...: installs what is missing, and says what and why.
install_packages() {
  local purpose=$1 missing
  shift
  have dpkg-query || { say "not a Debian system; $purpose needs the equivalents of: $*"; return; }
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  say "installing for $purpose: ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# target_dir: where cargo builds.
target_dir() { printf '%s\n' "${CARGO_TARGET_DIR:-$PWD/target}"; }

# at_least VERSION WANTED: whether a dotted version is WANTED or newer.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# require_tools: the two things that are not ours to install.
require_tools() {
  have cargo || die "Rust is needed: https://rustup.rs"
  have node && have npm || die "Node.js 20.19 or newer is needed: https://nodejs.org"
  local rust node
  rust=$(rustc --version | cut -d' ' -f2)
  node=$(node --version)
  at_least "$rust" 1.94.1 || die "Rust 1.94.1 or newer is needed; this is $rust (rustup update)"
  at_least "${node#v}" 20.19.0 || die "Node.js 20.19 or newer is needed; this is $node"
}

# require_compiler: a C compiler, for the parts of the product's libraries that are C.
require_compiler() {
  [ "$(uname -s)" = Linux ] || return 0
  have cc && have pkg-config || install_packages "building" build-essential pkg-config
}
