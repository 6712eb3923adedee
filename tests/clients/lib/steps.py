"""A client's test is a row of steps; each one that passed is a line 'passed: name' on standard output, which run collects. What a step
measured is printed behind its name: `with step("...") as measured: measured.append("...")`."""

import contextlib
import sys
import traceback

from lib.wire import Failure


@contextlib.contextmanager
def step(name):
    measured = []
    try:
        yield measured
    except Failure as failure:
        sys.exit(f"{name}: {failure}")
    except Exception:
        traceback.print_exc()
        sys.exit(f"{name}: failed")
    print(f"passed: {name}" + (f" ({'; '.join(measured)})" if measured else ""), flush=True)
