"""A client's test is a row of steps; each one that passed is a line 'passed: name' on standard output, which run collects."""

import contextlib
import sys
import traceback

from lib.wire import Failure


@contextlib.contextmanager
def step(name):
    try:
        yield
    except Failure as failure:
        sys.exit(f"{name}: {failure}")
    except Exception:
        traceback.print_exc()
        sys.exit(f"{name}: failed")
    print("passed:", name, flush=True)
