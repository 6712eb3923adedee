"""Load on the server: senders.py and listeners.py, each a process of its own (worker.py)."""

from listeners import Listeners  # noqa: F401
from senders import Senders  # noqa: F401
from worker import FORK, Worker, connect  # noqa: F401
