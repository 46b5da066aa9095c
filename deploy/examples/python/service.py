"""Serves the address "prices" by the WebSocket port: service.py URL TOKEN_FILE [SECONDS]

SECONDS is how long it thinks about each answer.
"""

import asyncio
import json
import random
import sys
import time

import websockets

URL, TOKEN_FILE = sys.argv[1:3]
THINKS = float(sys.argv[3]) if len(sys.argv) > 3 else 0
CENTS = {"tea": 240, "coffee": 310}


async def send_token(socket, wait=0.0):
    await asyncio.sleep(wait)
    # Read anew each time, so that whoever issues tokens only has to replace the file.
    with open(TOKEN_FILE, encoding="utf-8") as file:
        token = file.read().strip()
    await socket.send(json.dumps({"type": "auth", "token": token}))


async def answer(socket, request):
    item = request["body"]["item"]
    print("asked for", item, flush=True)
    await asyncio.sleep(THINKS)
    # The address to answer at works once, and for this connection alone.
    reply = {
        "type": "send",
        "address": request["replyAddress"],
        "body": {"item": item, "cents": CENTS.get(item), "by": "python"},
    }
    await socket.send(json.dumps(reply))


async def converse(socket, start):
    await send_token(socket)
    async for text in socket:
        # A bad first token is told in plain text, and then the connection is closed.
        message = json.loads(text) if text.startswith("{") else {"type": "err", "message": text}
        if message["type"] == "auth":
            # The first answer opens the session; later ones are to a refresh, and change nothing else.
            await socket.send(json.dumps({"type": "register", "address": "prices"}))
            # A registration has no answer of its own, but is in force before this is read.
            await socket.send(json.dumps({"type": "ping"}))
            if "expiresAt" in message:
                left = message["expiresAt"] / 1000 - time.time()
                start(send_token(socket, wait=left * 2 / 3))
        elif message["type"] == "rec" and "replyAddress" in message:
            # Not awaited here: while one request is thought about, others are taken.
            start(answer(socket, message))
        elif message["type"] == "pong":
            print("serving", flush=True)
        elif message["type"] == "err":
            print("refused:", message["message"], message.get("errorId", ""), flush=True)


async def main():
    # Connects again whenever the connection ends, and waits longer each time it can't.
    async for socket in websockets.connect(URL):
        tasks = set()

        def start(work):
            # The event loop itself keeps no task alive.
            task = asyncio.create_task(work)
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        try:
            await converse(socket, start)
        except websockets.ConnectionClosed:
            pass
        finally:
            for task in tasks:
                task.cancel()
        print("closed:", socket.close_code, socket.close_reason, flush=True)
        # After a restart of the server, not all clients should be back at the same moment.
        await asyncio.sleep(random.uniform(0.5, 2))


asyncio.run(main())
