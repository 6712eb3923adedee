"""One stream that comes back with a cursor."""

from stream_reader import TRANSPORTS, open_stream  # noqa: F401

PATIENCE = 5  # seconds until what was missed is there


def resume(node, transport, token, since, count):
    """(complete, ids): what it was told, and the first `count` messages."""
    with open_stream(node.address, transport, token, since, "") as stream:
        stream.socket.settimeout(PATIENCE)
        ids = []
        if count:
            try:
                for message in stream.messages():
                    ids.append(message["id"])
                    if len(ids) == count:
                        break
            except (OSError, EOFError):
                pass
        return stream.complete, ids
