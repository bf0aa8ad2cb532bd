"""Classes against measured ones: rows, figures, intervals, calibration.

A row is a function that was measured, with what the program says of it. Which rows count and what the figures are is what
truth/score.py --standard says; a function without an answer is a wrong answer. Intervals are 95 % bootstrap intervals
over blocks: functions that stand next to each other in a file do similar things, and call each other, so that blocks of
BLOCK neighbours are drawn, within each project. All of it is deterministic.
"""
import collections
import csv
import pathlib
import random

AGREE, KERNEL_CPU = 0.8, 0.5  # the filters of score.py --standard that matter for one row; see there
UNCLEAR_US = (0.33, 3)        # a call: either answer may be right for cpu and trivial
LONG_US = 100
CLASSES = ("cpu", "io", "mixed", "trivial")  # wait counts as io
BLOCK, DRAWS, SEED = 25, 300, 1
BINS = 10
Bar = collections.namedtuple("Bar", "name text keywords floor goal at_most")
BARS = (Bar("f1_io", "F1 of io (with wait)", 0.32, 0.75, 0.90, False),
        Bar("f1_cpu", "F1 of cpu", 0.34, 0.75, 0.88, False),
        Bar("f1_trivial", "F1 of trivial", 0.78, 0.85, 0.92, False),
        Bar("balanced", "cpu against io, balanced, calls from 100 µs on", 0.44, 0.85, 0.95, False),
        Bar("calibration_error", "expected calibration error, non-trivial rows", None, 0.10, 0.05, True))


class Answers:
    """What the program says of one tree, found by file and function as score.py finds it."""

    def __init__(self, functions):
        self.path, self.base, by_name = {}, {}, collections.defaultdict(list)
        for function in functions:
            name = function["name"]
            self.path[function["file"], name] = function
            self.base[pathlib.PurePosixPath(function["file"]).name, name] = function
            by_name[name].append(function)
        self.names = set(by_name)
        self.unique = {name: found[0] for name, found in by_name.items() if len(found) == 1}

    def find(self, file, name):
        """The answer for a function, or None."""
        base = pathlib.PurePosixPath(file).name
        return self.path.get((file, name)) or self.base.get((base, name)) or self.unique.get(name)


def merged(label):
    """The class with wait counted as io, or None where that is no class."""
    label = "io" if label == "wait" else label
    return label if label in CLASSES else None


class Row:
    """A measured function and the answer."""

    def __init__(self, project, measured, found):
        self.project, self.measured, self.found = project, measured, found
        self.file, self.function = measured["file"], measured["function"]
        self.truth = merged(measured["label"])
        self.answer = merged(found["class"]) if found else None
        self.confidence = found["confidence"] if found else 0.0
        self.nanoseconds = int(measured["wall_ns_incl"]) / max(int(measured["outer_calls"]), 1)
        self.block = None

    @property
    def right(self):
        return self.answer == self.truth

    @property
    def place(self):
        """For sorting: the same on every run."""
        return self.project, self.file, self.found["line"] if self.found else 0, self.function


def measured_rows(path):
    """The rows of a project's table that score.py uses: one for each file's base name and function."""
    rows = {}
    with open(path, encoding="utf-8") as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            rows.setdefault((pathlib.PurePosixPath(row["file"]).name, row["function"]), []).append(row)
    return [same[0] for same in rows.values() if len({row["label"] for row in same}) == 1]


def counts(measured):
    """Whether --standard scores a row."""
    in_kernel = measured["label"] == "cpu" and float(measured["iocall_share"]) >= KERNEL_CPU
    return float(measured["agree"]) >= AGREE and not in_kernel


def join(project, measured, answers):
    """The rows that count, each with the block of neighbours that it is drawn with."""
    rows = sorted((Row(project, row, answers.find(row["file"], row["function"])) for row in measured if counts(row)),
                  key=lambda row: row.place)
    numbers = collections.Counter()
    for row in rows:
        group = row.file, row.found is None  # what was not seen is not seen for one reason
        row.block = project, *group, numbers[group] // BLOCK if row.found else 0
        numbers[group] += 1
    return rows


def share(part, whole):
    return part / whole if whole else 0.0


class Scores(collections.namedtuple("Scores", "rows precision recall f1")):
    """Of one class."""


def scores(pairs, label):
    """pairs: a Counter of (measured, answer)."""
    right = pairs[label, label]
    is_so = sum(n for (truth, _), n in pairs.items() if truth == label)
    said = sum(n for (_, answer), n in pairs.items() if answer == label)
    return Scores(is_so, share(right, said), share(right, is_so), share(2 * right, is_so + said))


def pairs_of(rows):
    return collections.Counter((row.truth, row.answer) for row in rows)


def bins_of(rows):
    """Bins of equal mass over the confidence of rows with an answer: (rows, mean confidence, share that is right)."""
    rows = sorted((row for row in rows if row.answer), key=lambda row: (row.confidence, row.place))
    cuts = [rows[i * len(rows) // BINS:(i + 1) * len(rows) // BINS] for i in range(BINS)]
    return [(len(cut), sum(row.confidence for row in cut) / len(cut), sum(row.right for row in cut) / len(cut))
            for cut in cuts if cut]


def non_trivial(rows):
    """Those that were measured to be more than trivial: what advice is about."""
    return [row for row in rows if row.truth != "trivial"]


def calibration_error(bins):
    """The mean distance of the confidence from the truth, by bins."""
    return share(sum(n * abs(confidence - right) for n, confidence, right in bins), sum(n for n, _, _ in bins))


def figures(rows):
    """The figures of the bars, coverage, and the share that is right."""
    low, high = (1000 * us for us in UNCLEAR_US)
    clear = pairs_of(row for row in rows if row.truth == "io" or not low <= row.nanoseconds <= high)
    long = pairs_of(row for row in rows if row.nanoseconds >= 1000 * LONG_US and row.truth in ("cpu", "io"))
    return {
        "f1_io": scores(pairs_of(rows), "io").f1,
        "f1_cpu": scores(clear, "cpu").f1,
        "f1_trivial": scores(clear, "trivial").f1,
        "balanced": (scores(long, "cpu").recall + scores(long, "io").recall) / 2,
        "calibration_error": calibration_error(bins_of(non_trivial(rows))),
        "coverage": share(sum(row.answer is not None for row in rows), len(rows)),
        "right": share(sum(row.right for row in rows), len(rows)),
    }


def class_figures(rows):
    """Precision, recall and F1 of each class, over all rows."""
    pairs = pairs_of(rows)
    return {f"{label} {name}": value for label in CLASSES
            for name, value in zip(Scores._fields[1:], scores(pairs, label)[1:])}


def intervals(rows, measure):
    """{figure: (low, high)} over DRAWS draws of blocks, within each project."""
    blocks = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in rows:
        blocks[row.project][row.block].append(row)
    blocks = [list(of_project.values()) for _, of_project in sorted(blocks.items())]
    draw, seen = random.Random(SEED), collections.defaultdict(list)
    for _ in range(DRAWS):
        drawn = [row for of_project in blocks for _ in of_project for row in draw.choice(of_project)]
        for name, value in measure(drawn).items():
            seen[name].append(value)
    cut = DRAWS // 40
    return {name: (sorted(values)[cut], sorted(values)[-cut - 1]) for name, values in seen.items()}


def read_floor(text):
    """{figure: (at_most, bound)} from lines "figure, at-least or at-most, bound"."""
    floor = {}
    for line in text.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        figure, direction, bound = line.split("\t")
        floor[figure] = direction == "at-most", float(bound)
    return floor
