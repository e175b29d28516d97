# Checks that need no network: scripts, format, lints, documentation, licences.
# shellcheck shell=bash

check_scripts() {
  local file files=()
  while IFS= read -r -d '' file; do
    case $file in
    *.sh) files+=("$file") ;;
    *) ! head -n 1 "$file" | grep -q '^#!.*sh$' || files+=("$file") ;;
    esac
  done < <(git ls-files -z -- .ci script agent/images docs/examples fixtures)
  shellcheck "${files[@]}"
}

# What script/first-hour believes has to be able to fail.
check_page_reader() {
  PYTHONDONTWRITEBYTECODE=1 python3 -m unittest discover --start-directory "$ROOT/script/lib" --pattern 'page_test.py'
}

# The lock file is complete, and everything in it is free to be used here.
check_dependencies() {
  cargo metadata --format-version 1 --locked --quiet | python3 "$ROOT/script/lib/licences.py"
}

check_docs() {
  RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps --document-private-items
}
