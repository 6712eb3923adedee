"""What senders and listeners share: a process of their own, so that neither slows the other's clock, and connections in numbers."""

import multiprocessing
import socket
import traceback

from support import Failure

FORK = multiprocessing.get_context("fork")
PER_ADDRESS = 10_000  # connections from one source address, which has 28,000 ports
IP_BIND_ADDRESS_NO_PORT = 24


class Worker:
    """A child process that answers commands in order; the context manager ends it."""

    def __init__(self, run, *arguments):
        self.pipe, theirs = FORK.Pipe()
        self.process = FORK.Process(target=self._run, args=(run, theirs, self.pipe, arguments), daemon=True)
        self.process.start()
        theirs.close()

    @staticmethod
    def _run(run, pipe, other, arguments):
        other.close()
        try:
            run(pipe, *arguments)
        except (EOFError, BrokenPipeError):
            pass
        except BaseException:  # the parent must see it
            pipe.send(Failure(traceback.format_exc()))

    def tell(self, *command):
        self.pipe.send(command)

    def answer(self, limit=120):
        if not self.pipe.poll(limit):
            raise Failure(f"a load process gave no answer within {limit} s")
        result = self.pipe.recv()
        if isinstance(result, Failure):
            raise result
        return result

    def ask(self, *command, limit=120):
        self.tell(*command)
        return self.answer(limit)

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.pipe.close()
        self.process.terminate()
        self.process.join()


def connect(address, number, options=()):
    """A connection that is being made. Several source addresses, because one has too few ports. options: of setsockopt."""
    made = socket.socket()
    made.setblocking(False)
    for option in options:
        made.setsockopt(*option)
    made.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.bind((f"127.0.0.{2 + number // PER_ADDRESS}", 0))
    made.connect_ex(address)
    return made
