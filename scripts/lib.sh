# Shared by scripts/serve, scripts/build and scripts/test: gets every tool the house needs, at the version it needs.
# Versions are not repeated here: they are read from Cargo.toml, Trunk.toml and tests/e2e/package-lock.json.
# shellcheck shell=bash
set -euo pipefail

house=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$house"

# Tools live apart from the user's own.
tool_root=${FAULTLINE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/faultline}
mkdir -p "$tool_root/tools/bin"
tools=$(cd "$tool_root/tools" && pwd)
export PATH="$tools/bin:$PATH"

say() { printf '%s\n' "$*"; }

# One sentence that says what to do, and no more.
stop() {
  printf '%s\n' "$*" >&2
  exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# quietly <what failed, as a sentence> <command…>: shows the command's output only if it fails.
quietly() {
  local sentence=$1 log
  shift
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1 </dev/null; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    stop "$sentence"
  fi
  rm -f "$log"
}

# version_in <file> <name>: the version that a line `name = "=1.2.3"` pins.
version_in() {
  sed -nE "s/^$2 = \"=?(version_)?([0-9.]+)\".*/\2/p" "$1" | head -n 1
}

# older <a> <b>: whether version a is older than version b.
older() { [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

# debian_package <package…>: installs with apt-get; false where that cannot be done without asking.
debian_package() {
  local become=()
  have apt-get || return 1
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || return 1
    become=(sudo -n)
  fi
  say "Installing $* with apt-get."
  { "${become[@]}" apt-get update -qq &&
    "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
    >/dev/null </dev/null
}

need_rust() {
  # rustup puts cargo here; a shell that was open before may not know yet.
  have cargo || PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
  have cargo || stop "Install Rust from https://rustup.rs and run again."
  local wanted found
  wanted=$(version_in Cargo.toml rust-version)
  found=$(rustc --version 2>/dev/null | cut -d' ' -f2 | cut -d- -f1) || stop "Run 'rustup default stable' and run again."
  ! older "$found" "$wanted" || stop "Rust $found is too old: run 'rustup update stable' to have $wanted or newer, and run again."
  have cc || debian_package gcc libc6-dev || stop "Install a C compiler (Debian: build-essential, macOS: xcode-select --install) and run again."
  if [ ! -d "$(rustc --print target-libdir --target wasm32-unknown-unknown)" ]; then
    say "Adding Rust's wasm32-unknown-unknown target."
    quietly "Add Rust's wasm32-unknown-unknown target (rustup target add wasm32-unknown-unknown) and run again." \
      rustup target add wasm32-unknown-unknown
  fi
}

# The page writer compiles the standard library for size, if its source is there; if not, it says so, and programs are larger.
need_std_source() {
  [ ! -f "$(rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ] || return 0
  say "Adding the source of Rust's standard library."
  rustup component add rust-src >/dev/null 2>&1 </dev/null ||
    say "It cannot be had (rustup component add rust-src), so the site's programs will be larger than they should be."
}

need_rust_lints() {
  local component
  for component in clippy rustfmt; do
    if ! cargo "${component/rustfmt/fmt}" --version >/dev/null 2>&1; then
      say "Adding Rust's $component."
      quietly "Add Rust's $component (rustup component add $component) and run again." rustup component add "$component"
    fi
  done
}

need_node() {
  have node && have npm || stop "Install Node.js 20 or newer from https://nodejs.org and run again."
  local found
  found=$(node --version)
  ! older "${found#v}" 20.10.0 || stop "Node.js $found is too old: install 20.10 or newer from https://nodejs.org and run again."
}

# cargo_tool <crate> <version> <binary> <minutes> <cargo install's options…>
cargo_tool() {
  local crate=$1 version=$2 binary=$3 minutes=$4
  shift 4
  [ "$("$binary" --version 2>/dev/null | cut -d' ' -f2)" != "$version" ] || return 0
  say "Installing $crate $version (once, about $minutes minutes)."
  # Low optimisation: these tools run for a second, and their build is the longest wait on a fresh machine.
  # The build directory outlives an interruption, so that the next run continues it; it goes when the tool is in.
  # From /, so that neither this repository's cargo settings nor the caller's flags apply.
  (
    cd /
    unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET
    export CARGO_TARGET_DIR="$tools/build" CARGO_INCREMENTAL=0
    export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16
    export CARGO_PROFILE_RELEASE_DEBUG=0
    quietly "$crate $version could not be installed: see above, check the network and run again." \
      cargo install "$crate" --version "$version" --root "$tools" --force "$@"
  )
  rm -rf "$tools/build"
}

# npm's build of binaryen: its wasm-opt runs on Node, on any machine.
need_wasm_opt() {
  local version at
  version=$(version_in Trunk.toml wasm_opt)
  [ "$(wasm-opt --version 2>/dev/null | cut -d' ' -f3)" != "$version" ] || return 0
  say "Installing wasm-opt from binaryen $version."
  at="$tools/binaryen-$version"
  rm -rf "$at"
  mkdir -p "$at"
  quietly "binaryen $version could not be installed: see above, check the network and run again." \
    npm install --prefix "$at" --ignore-scripts --no-fund --no-audit "binaryen@$version.0.0"
  ln -sf "$at/node_modules/.bin/wasm-opt" "$tools/bin/wasm-opt"
}

# What a build of the site needs.
need_build_tools() {
  need_node
  need_rust
  need_std_source
  # Without --locked: the lock file that wasm-bindgen-cli was published with names a withdrawn crate.
  cargo_tool wasm-bindgen-cli "$(version_in Cargo.toml wasm-bindgen)" wasm-bindgen 3
  # Without its default features: Trunk then has no way to fetch anything, and must use the tools above.
  cargo_tool trunk "$(version_in Trunk.toml trunk-version)" trunk 5 --locked --no-default-features
  need_wasm_opt
}

find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    [ -z "$name" ] || ! have "$name" || { command -v "$name" && return; }
  done
}

find_chromedriver() {
  local name
  for name in "${CHROMEDRIVER:-}" chromedriver "${CHROMEWEBDRIVER:-}/chromedriver" /usr/lib/chromium/chromedriver; do
    [ -z "$name" ] || ! have "$name" || { command -v "$name" && return; }
  done
}

# What the tests in a browser need. Sets CHROMIUM and CHROMEDRIVER.
need_browser() {
  if [ -z "$(find_chromium)" ] || [ -z "$(find_chromedriver)" ]; then
    debian_package chromium chromium-driver ||
      stop "Install Chromium and its chromedriver (Debian: apt-get install chromium chromium-driver) and run again."
  fi
  CHROMIUM=$(find_chromium)
  CHROMEDRIVER=$(find_chromedriver)
  export CHROMIUM CHROMEDRIVER
  # The stamp is written when an install is whole, so that an interrupted one is done again.
  local stamp=tests/e2e/node_modules/.faultline-lock
  if ! cmp -s tests/e2e/package-lock.json "$stamp"; then
    say "Installing the browser tests' packages from npm."
    quietly "The browser tests' packages could not be installed: see above, check the network and run again." \
      npm ci --prefix tests/e2e --ignore-scripts --no-fund --no-audit
    cp tests/e2e/package-lock.json "$stamp"
  fi
}

find_firefox() {
  local name
  for name in "${FIREFOX:-}" firefox-esr firefox /Applications/Firefox.app/Contents/MacOS/firefox; do
    [ -z "$name" ] || ! have "$name" || { command -v "$name" && return; }
  done
}

find_geckodriver() {
  local name
  for name in "${GECKODRIVER:-}" "${GECKOWEBDRIVER:-}/geckodriver" geckodriver; do
    [ -z "$name" ] || ! have "$name" || { command -v "$name" && return; }
  done
}

# What the tests in Firefox need, or false where that cannot be had. Sets FIREFOX and GECKODRIVER.
# A driver that is there already will do; Debian has none, so there it is built.
need_firefox() {
  [ -n "$(find_firefox)" ] || debian_package firefox-esr || return 1
  if [ -z "$(find_geckodriver)" ]; then
    (cargo_tool geckodriver "$(node -p "require('./tests/e2e/package.json').config.geckodriver")" geckodriver 2 --locked) || return 1
  fi
  FIREFOX=$(find_firefox)
  GECKODRIVER=$(find_geckodriver)
  export FIREFOX GECKODRIVER
}

# as_draft --draft [lesson…]: what is built from here on is quick to build and large, and has only these lessons, if any are named.
as_draft() {
  [ $# -gt 0 ] || return 0
  [ "$1" = --draft ] || stop "There is no option '$1': --draft [lesson…] builds quickly, and only these lessons."
  shift
  local lesson
  for lesson in "$@"; do
    [ -d "lessons/$lesson" ] || stop "There is no lesson '$lesson' in lessons/."
  done
  export FAULTLINE_DRAFT=true FAULTLINE_LESSONS="$*" CARGO_PROFILE_RELEASE_LTO=off
}

# Leaves a whole site in dist/, or none: never yesterday's.
build_site() {
  rm -rf dist
  # NO_COLOR as some machines set it (=1) is not a value that Trunk takes.
  env -u NO_COLOR TRUNK_SKIP_VERSION_CHECK=true trunk --log warn build --release
}
