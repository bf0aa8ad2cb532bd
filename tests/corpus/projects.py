"""What the tests on real projects share: their trees, and runs of the program.

Environment: CONCADVISE (the binary), CONCADVISE_CORPUS (the folder of the trees that bench/corpus/fetch makes). Where the
folder, a tree or the program is missing, the test is skipped: exit code 77.
"""
import functools
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

PROGRAM = os.environ.get("CONCADVISE", "concadvise")


def skip(reason):
    """Ends the test; main() tells that all were skipped."""
    raise unittest.SkipTest(reason)


def corpus():
    """The folder of the real projects; skips the whole test where there is none."""
    folder = os.environ.get("CONCADVISE_CORPUS")
    if not shutil.which(PROGRAM):
        skip(f"there is no program {PROGRAM}")
    if not folder or not pathlib.Path(folder).is_dir():
        skip("CONCADVISE_CORPUS names no folder of real projects")
    return pathlib.Path(folder).resolve()


def tree(project):
    """The tree of a project; skips the test where there is none."""
    path = corpus() / project
    if not (path / "compile_commands.json").exists():
        skip(f"{project} is not in {path.parent}")
    return path


def run(*arguments):
    """What a successful run of the program prints, as bytes."""
    done = subprocess.run([PROGRAM, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise AssertionError(f"{arguments} ended with {done.returncode}: {done.stderr.decode()}")
    return done.stdout


def classify(path, *options):
    """The JSON of classify, as bytes."""
    return run("classify", "--output-format=json", *options, path)


class Project(unittest.TestCase):
    """Tests on what is said of one project. Subclasses name it."""

    maxDiff = None
    NAME = ""

    @classmethod
    def setUpClass(cls):
        cls.tree = tree(cls.NAME)
        cls.result = json.loads(classify(cls.tree))

    def expect_read(self, units):
        """All of at least so many units were read, without errors."""
        coverage = self.result["coverage"]
        self.assertGreaterEqual(coverage["units"], units)
        self.assertEqual((coverage["failed_units"], coverage["broken_units"]), (0, 0))

    def expect_resolved(self, share):
        """At least this share of the calls through pointers is resolved, and there are such calls."""
        coverage = self.result["coverage"]
        self.assertGreater(coverage["indirect_sites"], 0)
        self.assertGreaterEqual(coverage["indirect_resolved"] / coverage["indirect_sites"], share, coverage)

    def units(self, kind):
        """The names of the functions that are units of a kind."""
        return {function["name"] for function in self.result["functions"]
                for advice in function["advice"] if advice["unit"] == kind}

    @classmethod
    @functools.lru_cache(maxsize=None)
    def callees(cls, function):
        """What the calls inside a function may call, one set for each call, in order."""
        text = run("dump", "flow", function, cls.tree).decode()
        return [set(re.findall(r"(\w+)\(\)", line)) for line in text.split("\n") if re.match(r"  line \d+: call ", line)]


def main():
    """Runs the tests of the script; 77 if all of them were skipped."""
    result = unittest.main(exit=False).result
    if result.wasSuccessful() and result.skipped and result.testsRun <= len(result.skipped):
        sys.exit(77)
    sys.exit(not result.wasSuccessful())
