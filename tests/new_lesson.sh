#!/usr/bin/env bash
# A new lesson from the template passes what every lesson must, at once: tried in a copy of the house that has this lesson only.
set -euo pipefail
house=$(cd "$(dirname "$0")/.." && pwd)
# Always at the same place: what was compiled for it once is not compiled again.
copy=$house/target/new-lesson
rm -rf "$copy"
mkdir -p "$copy"
trap 'rm -rf "$copy"' EXIT

cd "$house"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do [ ! -f "$file" ] || printf '%s\0' "$file"; done |
  tar --null -T - -cf - | tar -C "$copy" -xf -
cd "$copy"
slug=$(sed -nE 's/^ *stop\([0-9]+, "([^"]+)".*/\1/p' src/lessons/path.rs | while read -r slug; do [ -d "lessons/$slug" ] || { echo "$slug" && break; }; done)
# Where all are written, one is begun again.
if [ -z "$slug" ]; then slug=08-leader-election && rm -r "lessons/$slug"; fi

fails() {
  if scripts/new-lesson "$@" >/dev/null 2>&1; then
    echo "scripts/new-lesson $* should not have done anything." >&2
    exit 1
  fi
}
fails
fails 99-nowhere
fails ../elsewhere
scripts/new-lesson "$slug"
fails "$slug"
# The page beside the path stays: what is tested there takes a moment.
find lessons -mindepth 1 -maxdepth 1 -type d ! -name "$slug" ! -name '00-*' -exec rm -r {} +
cargo fmt --all --check
# What is compiled for the house serves the copy too.
CARGO_TARGET_DIR="$house/target" cargo test --locked --quiet --test lessons
