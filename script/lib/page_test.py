"""What page.py and page.sh promise: `python3 -m unittest discover -s script/lib -p page_test.py`."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

LIB = pathlib.Path(__file__).parent

PAGE = """\
# A page

```sh build
echo built
```

## One

```sh
name=world
greet() { echo "Hello, $1"; }
```

```console
$ not run
```

```text
no output of a block
```

## Two

```sh
greet "$name" && sleep 0.1
```

```text
Hello, world
```
"""


class Page(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.page = self.folder / "page.md"

    def walk(self, page, *options):
        self.page.write_text(page, encoding="utf-8")
        take_out = [sys.executable, LIB / "page.py", "blocks", self.page, self.folder, *options]
        subprocess.run(take_out, check=True)
        walk = ["bash", LIB / "page.sh", "page.md", self.folder]
        home = dict(os.environ, HOME=str(self.folder))
        return subprocess.run(walk, env=home, capture_output=True, text=True, check=False)

    def agree(self, expected, printed):
        for name, text in (("expected", expected), ("printed", printed)):
            (self.folder / name).write_text(text, encoding="utf-8")
        files = [self.folder / "expected", self.folder / "printed"]
        command = [sys.executable, LIB / "page.py", "compare", *files]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def test_blocks_run_in_one_shell_in_their_order(self):
        done = self.walk(PAGE)
        self.assertEqual(done.returncode, 0, done.stderr)
        told = [line.split("  ")[0] for line in done.stderr.splitlines()]
        self.assertEqual(told, ["A page (line 3)", "One (line 9)", "Two (line 24)"])

    def test_blocks_with_a_word_can_be_left_out(self):
        self.assertNotIn("A page", self.walk(PAGE, "--without", "build").stderr)

    def test_a_block_that_fails_is_named_with_its_line(self):
        for wrong in ("false", 'echo "$unset"', "false | true"):
            done = self.walk(PAGE.replace("name=world", wrong))
            self.assertNotEqual(done.returncode, 0, wrong)
            self.assertIn("page.md:9: the block failed", done.stderr)
            self.assertNotIn("Two", done.stderr)

    def test_other_output_than_the_pages_is_named_with_its_line(self):
        done = self.walk(PAGE.replace("Hello, world\n", "Hi, world\n"))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("page.md:24: the block failed", done.stderr)
        self.assertIn("Hi, world", done.stderr)

    def test_what_a_block_left_running_ends_with_the_walk(self):
        for end in ("true", "false"):
            page = f"```sh\nsleep 600 >/dev/null 2>&1 &\necho $! >{self.folder}/pid\n```\n\n```sh\n{end}\n```\n"
            self.walk(page)
            pid = int((self.folder / "pid").read_text(encoding="utf-8"))
            self.assertFalse(pathlib.Path(f"/proc/{pid}").exists(), end)

    def test_times_and_hashes_may_differ(self):
        self.assertTrue(self.agree("took 4.2s of 1m 3s", "took 12.9s of 58.1s"))
        self.assertTrue(self.agree("commit 0123abc\n", "commit ffffffffffff\n"))

    def test_everything_else_may_not(self):
        self.assertFalse(self.agree("0 of 1 job passed\n", "1 of 1 job passed\n"))
        self.assertFalse(self.agree("one\n", "one\ntwo\n"))
        self.assertFalse(self.agree("one\ntwo\n", "two\none\n"))

    def test_an_ellipsis_stands_for_text_or_for_lines(self):
        self.assertTrue(self.agree("in …/data, key …\n", "in /root/data, key 9\n"))
        self.assertTrue(self.agree("…\nlast\n", "last\n"))
        self.assertTrue(self.agree("…\nlast\n…\n", "a\nb\nlast\nc\n"))
        self.assertFalse(self.agree("…\nlast\n", "last\nmore\n"))
        self.assertFalse(self.agree("a … c\n", "a b\nc\n"))


if __name__ == "__main__":
    unittest.main()
