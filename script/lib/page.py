"""Takes the shell blocks out of a page, and compares what they print with the text after them."""

import argparse
import pathlib
import re
import sys

FENCE = "```"
# What differs between two runs. The same text is put in its place on both sides.
VARIABLE = [
    (re.compile(r"\b[0-9a-f]{7,64}\b"), "<hex>"),
    (re.compile(r"\b(\d+h )?(\d+m )?\d+(\.\d+)?(ms|s|m|h)\b"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "<date>"),
    (re.compile(r" {2,}"), "  "),
]


def blocks(lines):
    """Yields heading, line, words of the fence, text."""
    heading, start, words, text = "", 0, None, []
    for number, line in enumerate(lines, 1):
        if line.startswith(FENCE):
            if words is None:
                start, words, text = number, line[len(FENCE):].split(), []
            else:
                yield heading, start, words, "".join(row + "\n" for row in text)
                words = None
        elif words is not None:
            text.append(line)
        elif line.startswith("#"):
            heading = line.lstrip("# ").strip()
    if words is not None:
        sys.exit(f"error: line {start}: the block is not closed")


def take_out(args):
    """Writes each block to a file, and their list to `blocks`."""
    page = args.page.read_text(encoding="utf-8")
    for pair in args.replace:
        page = page.replace(*pair.split("=", 1))
    listed, before = [], ""
    for heading, line, words, text in blocks(page.splitlines()):
        kind = words[0] if words else ""
        if kind == "sh" and not set(words[1:]) & set(args.without):
            before = f"{len(listed):02}"
            (args.folder / f"{before}.sh").write_text(text, encoding="utf-8")
            listed.append(f"{line}\t{before}\t{heading}\n")
        elif kind == "text" and before:
            (args.folder / f"{before}.text").write_text(text, encoding="utf-8")
            before = ""
        else:
            before = ""
    if not listed:
        sys.exit(f"error: {args.page} has no block marked as sh")
    (args.folder / "blocks").write_text("".join(listed), encoding="utf-8")


def plain(text):
    """Lines without what differs between runs."""
    rows = []
    for row in text.splitlines():
        for pattern, name in VARIABLE:
            row = pattern.sub(name, row)
        rows.append(row.rstrip())
    return rows


def matcher(rows):
    """One pattern for the whole text: a row of `…` is any rows, `…` in a row any text in it."""
    pattern = ""
    for row in rows:
        if row.strip() == "…":
            pattern += r"(?:.*\n)*?"
        else:
            pattern += ".*".join(re.escape(part) for part in row.split("…")) + "\n"
    return re.compile(pattern)


def compare(args):
    """Ends with 1 and both texts where they differ."""
    expected = args.expected.read_text(encoding="utf-8")
    printed = args.printed.read_text(encoding="utf-8", errors="replace")
    found = "".join(row + "\n" for row in plain(printed))
    if not matcher(plain(expected)).fullmatch(found):
        sys.exit(f"-- the page says:\n{expected}-- it printed:")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("blocks")
    one.add_argument("page", type=pathlib.Path)
    one.add_argument("folder", type=pathlib.Path)
    one.add_argument("--without", action="append", default=[], help="leave blocks with this word out")
    one.add_argument("--replace", action="append", default=[], help="OLD=NEW, in the whole page")
    one.set_defaults(run=take_out)
    two = commands.add_parser("compare")
    two.add_argument("expected", type=pathlib.Path)
    two.add_argument("printed", type=pathlib.Path)
    two.set_defaults(run=compare)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
