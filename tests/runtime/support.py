"""What the tests of probes share: `concadvise probe`, and its JSON checked against the schema."""
import json
import os
import pathlib
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None

SOURCE = pathlib.Path(os.environ.get("SOURCE_DIR", pathlib.Path(__file__).parents[2])).resolve()
PROGRAM = pathlib.Path(os.environ.get("CONCADVISE", "concadvise"))
SANITIZED = bool(os.environ.get("SANITIZED"))
SCHEMA = json.loads((SOURCE / "report/schema/probe.schema.json").read_text())

if not os.access(PROGRAM, os.X_OK):
    print(f"skipped: there is no program {PROGRAM}")
    sys.exit(77)


def run(arguments, program=PROGRAM, **more):
    """A run that has ended, with its output as text."""
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          timeout=280, check=False, **more)


def probe(name, *options, program=PROGRAM):
    """What `concadvise probe NAME` finds, as the object that it prints."""
    done = run(["probe", name, "--output-format=json", *options], program)
    if done.returncode not in (0, 3):
        raise AssertionError(f"probe {name} {options} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    found = json.loads(done.stdout)
    if jsonschema:
        jsonschema.validate(found, SCHEMA)
    return found


def names():
    """The built-in probes."""
    return [line.split()[0] for line in run(["probe", "--list"]).stdout.splitlines()]
