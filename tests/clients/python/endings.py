"""What `websockets` and `websocket-client` tell their reader when a stream ends. The argument says which."""

import asyncio
import os
import sys

ADDRESS = os.environ["ENDINGS_URL"].replace("http", "ws", 1)


async def websockets():
    from websockets.asyncio.client import connect
    from websockets.exceptions import ConnectionClosed

    async with connect(ADDRESS) as socket:
        print("open", flush=True)
        try:
            await socket.recv()
        except ConnectionClosed as end:
            print(type(end).__name__, end.rcvd.code if end.rcvd else "without a code", flush=True)


def websocket_client():
    import websocket

    app = websocket.WebSocketApp(ADDRESS, on_open=lambda itself: print("open", flush=True),
                                 on_error=lambda itself, error: print("on_error", type(error).__name__, flush=True),
                                 on_close=lambda itself, code, text: print("on_close", code, flush=True))
    app.run_forever()


if sys.argv[1] == "websockets":
    asyncio.run(websockets())
else:
    websocket_client()
