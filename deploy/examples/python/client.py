"""Asks for the price of each item that it reads, a line each: client.py URL TOKEN_FILE"""

import asyncio
import itertools
import json
import random
import sys
import time

import websockets

URL, TOKEN_FILE = sys.argv[1:3]
# Longer than the time-out of the rule: the server is the first to give up, and says why.
PATIENCE_SECONDS = 15


class Refused(Exception):
    """The server's words for why there is no answer."""


async def send_token(socket, wait=0.0):
    await asyncio.sleep(wait)
    # Read anew each time, so that whoever issues tokens only has to replace the file.
    with open(TOKEN_FILE, encoding="utf-8") as file:
        token = file.read().strip()
    await socket.send(json.dumps({"type": "auth", "token": token}))


class Client:
    """Requests by one connection, which is made anew when it is lost."""

    def __init__(self):
        self.socket = None
        self.opened = asyncio.Event()
        self.waiting = {}
        self.numbers = itertools.count(1)

    async def run(self):
        async for socket in websockets.connect(URL):
            refresh = None
            try:
                await send_token(socket)
                async for text in socket:
                    # A bad first token is told in plain text, before the connection is closed.
                    message = json.loads(text) if text.startswith("{") else {"type": text}
                    if message["type"] == "auth":
                        self.socket = socket
                        self.opened.set()
                        if "expiresAt" in message:
                            left = message["expiresAt"] / 1000 - time.time()
                            refresh = asyncio.create_task(send_token(socket, left * 2 / 3))
                    else:
                        self.settle(message)
            except websockets.ConnectionClosed:
                pass
            self.opened.clear()
            if refresh:
                refresh.cancel()
            # Nobody knows whether the service has done it: whether to ask again is for the caller.
            for waiter in self.waiting.values():
                if not waiter.done():
                    waiter.set_exception(Refused(f"connection lost, {socket.close_reason}"))
            await asyncio.sleep(random.uniform(0.5, 2))

    def settle(self, message):
        waiter = self.waiting.get(message.get("address"))
        if waiter is None or waiter.done():
            print("told:", message, file=sys.stderr)
        elif message["type"] == "rec":
            waiter.set_result(message["body"])
        else:
            waiter.set_exception(Refused(f"{message['failureCode']} {message['message']}"))

    async def ask(self, address, body):
        await self.opened.wait()
        reply_address = f"reply-{next(self.numbers)}"
        waiter = self.waiting[reply_address] = asyncio.get_running_loop().create_future()
        request = {"type": "send", "address": address, "body": body, "replyAddress": reply_address}
        try:
            await self.socket.send(json.dumps(request))
            return await waiter
        finally:
            del self.waiting[reply_address]


async def main():
    client = Client()
    connection = asyncio.create_task(client.run())
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        item = line.strip()
        try:
            answer = await asyncio.wait_for(client.ask("prices", {"item": item}), PATIENCE_SECONDS)
            print(f"{item}: {answer['cents']} by {answer['by']}", flush=True)
        except (Refused, websockets.ConnectionClosed) as refused:
            print(f"{item}: failed, {refused}", flush=True)
        except asyncio.TimeoutError:
            print(f"{item}: failed, no answer in time", flush=True)
    connection.cancel()


asyncio.run(main())
