"""What the end-to-end tests share: running the program, and trees to run it on.

Environment: CONCADVISE (the binary), SOURCE_DIR, BUILD_DIR; set by CTest. Exit code 77 skips a test.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ.get("SOURCE_DIR", pathlib.Path(__file__).parents[2])).resolve()
PROGRAM = os.environ.get("CONCADVISE", "concadvise")
SITE = SOURCE / "tests/fixtures/cli/site"

# A unit that takes minutes to read, and no memory: 10^10 expansions of nothing.
ENDLESS = "#define M0\n" + "".join(f"#define M{i + 1} {' '.join([f'M{i}'] * 10)}\n" for i in range(10)) + "M10\n"

if not shutil.which(PROGRAM):
    print(f"skipped: there is no program {PROGRAM}")
    sys.exit(77)


class Ran:
    """What a run of the program left behind."""

    def __init__(self, done):
        self.code = done.returncode
        self.out = done.stdout.decode()
        self.errors = done.stderr.decode()

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.errors}"


class Case(unittest.TestCase):
    """A test in a directory of its own: self.tmp."""

    maxDiff = None

    def setUp(self):
        self.tmp = pathlib.Path(tempfile.mkdtemp(prefix="concadvise-test-"))
        self.addCleanup(shutil.rmtree, self.tmp, ignore_errors=True)

    def site(self, name="site"):
        """A copy of the example tree."""
        return pathlib.Path(shutil.copytree(SITE, self.tmp / name))

    def write(self, name, content):
        """A file below self.tmp; content is text or bytes."""
        path = self.tmp / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run_program(self, *arguments, cwd=None, env=None, stdout=subprocess.PIPE):
        """Runs the program; it never sees this test's colours or width."""
        clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}
        done = subprocess.run([PROGRAM, *map(str, arguments)], cwd=cwd or self.tmp, env={**clean, **(env or {})},
                              stdout=stdout, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=280,
                              check=False)
        if done.stdout is None:
            done.stdout = b""
        return Ran(done)

    def expect(self, ran, code, error=None, out=None):
        """The exit code, and patterns that one line of standard error and the standard output have."""
        self.assertEqual(ran.code, code, ran)
        if error is not None:
            self.assertRegex(ran.errors, error, ran)
        if out is not None:
            self.assertRegex(ran.out, out, ran)
        self.assertNotRegex(ran.errors, r"AddressSanitizer|runtime error|LeakSanitizer", ran)

    def quiet(self, ran):
        """Nothing on standard error."""
        self.assertEqual(ran.errors, "", ran)


def main():
    """Runs the tests of the calling script."""
    unittest.main(verbosity=2)


__all__ = ["Case", "ENDLESS", "PROGRAM", "SITE", "SOURCE", "main", "os", "pathlib", "re", "shutil", "subprocess", "sys",
           "unittest"]
