"""What the benchmarks share: where things are, the corpus, runs of the program, tables.

Environment: CONCADVISE (the binary; default: build/release/bin/concadvise), CONCADVISE_CORPUS (where the trees are
fetched to; default: concadvise/corpus in the user's cache directory).
"""
import concurrent.futures
import json
import os
import pathlib
import platform
import re
import shlex
import subprocess
import sys
import time

BENCH = pathlib.Path(__file__).resolve().parent
SOURCE = BENCH.parent
OUTPUT = SOURCE / "build" / "bench"
# Flags of a compile database that say what to write where.
OUTPUT_FLAGS = {"-c", "-S", "-E", "-M", "-MM", "-MD", "-MMD", "-MG", "-MP", "-MV"}
OUTPUT_FLAGS_WITH_VALUE = {"-o", "-MF", "-MT", "-MQ", "-MJ"}


def fail(message, code=1):
    """Ends the benchmark: something that it needs is missing."""
    print(f"{pathlib.Path(sys.argv[0]).name}: {message}", file=sys.stderr)
    sys.exit(code)


def program():
    """The binary to measure, as an absolute path."""
    path = pathlib.Path(os.environ.get("CONCADVISE", SOURCE / "build/release/bin/concadvise"))
    if not os.access(path, os.X_OK):
        fail(f"cannot run {path}; build it with 'make build', or name another one in CONCADVISE")
    return path.resolve()


def corpus_directory():
    """Where the corpus trees are."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    return pathlib.Path(os.environ.get("CONCADVISE_CORPUS") or cache / "concadvise/corpus").resolve()


def fetch(project, otherwise=1):
    """The tree of a corpus project; it is fetched and built where it is missing. Where that fails, the program ends with
    the exit code `otherwise`."""
    tree = corpus_directory() / project
    if not (tree / "compile_commands.json").exists():
        print(f"fetching {project}", file=sys.stderr)
        done = subprocess.run([BENCH / "corpus/fetch", project, corpus_directory()], stdout=sys.stderr, check=False)
        if done.returncode:
            fail(f"{project} could not be fetched", otherwise)
    return tree


def classify(tree, *options):
    """What `classify` says of a tree, as the object that it prints."""
    ran = subprocess.run([program(), "classify", "--output-format=json", "--quiet", *options, tree],
                         stdout=subprocess.PIPE, check=False)
    if not ran.stdout:
        fail(f"concadvise classify {tree} ended with {ran.returncode} and printed nothing")
    return json.loads(ran.stdout)


def build_with_analyzer(source):
    """Compiles bench/SOURCE with the analyzer's libraries of a build; returns the program."""
    build = pathlib.Path(os.environ.get("BUILD_DIR", SOURCE / "build/release")).resolve()
    libraries = [build / "lib" / f"lib{folder}.a" for folder in ("analyzer", "knowledge", "model", "base")]
    if not all(library.exists() for library in libraries):
        fail(f"there is no {libraries[0]}; run 'make build', or name a build directory in BUILD_DIR")
    cache = dict(re.findall(r"^(LIBCLANG_\w+):\w+=(.*)$", (build / "CMakeCache.txt").read_text(encoding="utf-8"), re.M))
    libclang = cache["LIBCLANG_LIBRARY"]
    OUTPUT.mkdir(parents=True, exist_ok=True)
    driver = OUTPUT / pathlib.Path(source).stem
    command = ["cc", "-std=c17", "-D_GNU_SOURCE", "-O2", "-I", SOURCE, "-I", cache["LIBCLANG_INCLUDE_DIR"],
               BENCH / source, *libraries, libclang, f"-Wl,-rpath,{os.path.dirname(libclang)}",
               "-ljson-c", "-lyaml", "-lxxhash", "-lm", "-o", driver]
    if subprocess.run(command, check=False).returncode:
        fail(f"{source} does not build")
    return driver


def concprobe_library(build):
    """What a C program needs to be linked with libconcprobe and its inside, as arguments of the compiler."""
    library = build / "lib/libconcprobe.a"
    if not library.exists():
        fail(f"there is no {library}; run 'make build', or name a build directory in BUILD_DIR")
    return [library, "-luring", "-lpthread", "-ldl", "-lm"]


class Unit:
    """A file of the compile database, with the flags that matter for reading it."""

    def __init__(self, entry):
        words = entry.get("arguments") or shlex.split(entry["command"])
        self.directory, self.file = entry["directory"], entry["file"]
        self.flags, skip = [], False
        for word in words[1:]:
            is_output = word in OUTPUT_FLAGS or word.startswith(("-MF", "-Wl,")) or word.endswith((".so", ".o", ".a"))
            if not (skip or is_output or word in OUTPUT_FLAGS_WITH_VALUE or self.names_file(word)):
                self.flags.append(word)
            skip = word in OUTPUT_FLAGS_WITH_VALUE

    def names_file(self, word):
        """Whether an argument is the file itself."""
        return os.path.join(self.directory, word) == self.file or os.path.normpath(
            os.path.join(self.directory, word)) == os.path.normpath(self.file)


def units_of(tree, file):
    """The files of a tree's database, each once; or that one file."""
    units = {}
    for entry in json.loads((tree / "compile_commands.json").read_text(encoding="utf-8")):
        entry["file"] = os.path.normpath(os.path.join(entry["directory"], entry["file"]))
        if file is None or entry["file"] == str(tree / file):
            units.setdefault(entry["file"], Unit(entry))
    return list(units.values())


class Used:
    """What a command and all processes that it waited for have used."""

    def __init__(self, wall, code, usage):
        self.wall, self.code = wall, code
        self.cpu = usage.ru_utime + usage.ru_stime
        self.largest = usage.ru_maxrss * 1024  # bytes, of its largest process


def measure(command, cwd=None, while_running=None):
    """Runs a command without output; returns what it used. while_running(pid) is called until it ends."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, close_fds=False)
    while while_running:
        while_running(process.pid)
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Used(time.monotonic() - start, process.returncode, usage)


def file_by_file(units, workers, command):
    """One process for each file; command(unit) gives its arguments."""
    start = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        used = list(pool.map(lambda unit: measure(command(unit), cwd=unit.directory), units))
    return time.monotonic() - start, sum(one.cpu for one in used), sum(one.code != 0 for one in used)


def first_line(*command):
    """The first line that a command prints, or None where it is not installed."""
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              check=False).stdout.strip().split("\n")[0]
    except OSError:
        return None


def machine():
    """One line about the machine."""
    with open("/proc/cpuinfo", encoding="utf-8") as stream:
        models = [line.split(":")[1].strip() for line in stream if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{os.cpu_count()} × {model}, Linux {platform.release()}, load {os.getloadavg()[0]:.1f}"


def table(rows, stream=None):
    """Prints rows of cells: the first column to the left, the others to the right. Numbers that are wanted in a
    certain form come as text."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows)))]
    for row in rows:
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        print("  ".join(cells).rstrip(), file=stream or sys.stdout)
