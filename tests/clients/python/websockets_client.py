"""The stream through `websockets`, the library that most programs in Python listen with."""

import asyncio
import json

from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from lib import messages
from lib.server import Fixture
from lib.steps import step
from lib.wire import TIMEOUT, expect

fixture = Fixture()
ADDRESS = f"ws://{fixture.host}/stream"


async def receive(socket):
    seen = []
    while len(seen) < messages.COUNT:
        async with asyncio.timeout(TIMEOUT):
            seen.append(json.loads(await socket.recv()))
    return seen


async def main():
    by_token = await connect(f"{ADDRESS}?token={fixture.client_token}")
    by_header = await connect(ADDRESS, additional_headers={"X-Gotify-Key": fixture.client_token})
    expect(by_token.protocol.extensions, [], "extensions (compression was offered)")
    with step("1,000 messages in order"):
        sending = asyncio.create_task(asyncio.to_thread(messages.send, fixture))
        both = await asyncio.gather(receive(by_token), receive(by_header))
        sent = await sending
        for seen in both:
            messages.compare(seen, sent)
    with step("ping and close are answered"):
        async with asyncio.timeout(TIMEOUT):
            await (await by_token.ping("are you there?"))
            for socket in (by_token, by_header):
                await socket.close()
                expect(socket.protocol.close_code, 1000, "close code")
    with step("a refused stream"):
        try:
            await connect(f"{ADDRESS}?token=Cwrong")
        except InvalidStatus as refused:
            expect(refused.response.status_code, 401, "status")
        else:
            raise AssertionError("it was opened")


asyncio.run(main())
