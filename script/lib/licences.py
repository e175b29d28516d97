"""Reads `cargo metadata` and names every dependency that this project may not use.

A crate must come from crates.io (or this workspace) under a licence expression that holds
with the licences below alone.
"""
import json
import re
import sys

ALLOWED = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause",
    "BSL-1.0", "CC0-1.0", "CDLA-Permissive-2.0", "ISC", "MIT", "MIT-0", "Unicode-3.0", "Unlicense", "Zlib",
}
TOKEN = re.compile(r"\(|\)|[A-Za-z0-9.+-]+(?: WITH [A-Za-z0-9.+-]+)?")


def holds(expression):
    """Whether the licences that are allowed suffice; AND binds more tightly than OR."""
    tokens = TOKEN.findall((expression or "").replace("/", " OR ")) + [None]

    def either():
        value = both()
        while tokens[0] == "OR":
            tokens.pop(0)
            value = both() or value
        return value

    def both():
        value = single()
        while tokens[0] == "AND":
            tokens.pop(0)
            value = single() and value
        return value

    def single():
        token = tokens.pop(0)
        if token == "(":
            value = either()
            return tokens.pop(0) == ")" and value
        return token in ALLOWED

    return either() and tokens == [None]


def main():
    bad = []
    for package in json.load(sys.stdin)["packages"]:
        name = f"{package['name']} {package['version']}"
        if not holds(package["license"]):
            bad.append(f"{name}: licence {package['license']!r} is not among those allowed")
        source = package["source"]
        if source and not source.startswith("registry+https://github.com/rust-lang/crates.io-index"):
            bad.append(f"{name}: comes from {source}")
    print("\n".join(bad) or "every dependency may be used")
    return 1 if bad else 0


sys.exit(main())
