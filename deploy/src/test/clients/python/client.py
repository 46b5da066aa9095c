"""One conversation with Drawbridge, held by the Python package websockets.

python3 client.py SCENARIO ECHO_PORT AUTH_PORT GOOD_TOKEN EXPIRED_TOKEN [CA [CERTIFICATE KEY]]
With CA, a file in PEM as the other two are, it speaks TLS 1.3 and trusts only that authority.
Exit status 0 when everything was as it should be; else the first difference on standard error.
"""

import asyncio
import json
import ssl
import sys

import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

PATIENCE_SECONDS = 10

scenario, echo_port, auth_port, good_token, expired_token, *pem = sys.argv[1:]


def tls(ca, *certificate):
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if certificate:
        context.load_cert_chain(*certificate)
    return context


async def connect(port, pem=pem, **options):
    if not pem:
        return await websockets.connect(f"ws://localhost:{port}/", **options)
    socket = await websockets.connect(
        f"wss://localhost:{port}/", ssl=tls(*pem), **options
    )
    same(socket.transport.get_extra_info("ssl_object").version(), "TLSv1.3")
    return socket


def same(found, expected):
    if found != expected:
        sys.exit(f"expected {expected!r}, got {found!r}")


async def ask(socket, message):
    await socket.send(message)
    return await socket.recv()


async def close(socket, code=1000):
    await socket.close(code, "done")
    same(socket.close_code, code)


async def refused(token, text):
    socket = await connect(auth_port)
    same(await ask(socket, token), text)
    await socket.wait_closed()
    same(socket.close_code, 3000)


async def text():
    socket = await connect(echo_port)
    same(await ask(socket, "Grüße, 世界 🌉"), "Server received: Grüße, 世界 🌉")
    same(await ask(socket, ""), "Server received: ")
    await close(socket)


async def binary():
    socket = await connect(echo_port)
    same(await ask(socket, bytes(range(256))), bytes(range(256)))
    await close(socket)


async def big_text():
    socket = await connect(echo_port)
    text = "".join(f"ö{i}" for i in range(10_000))
    same(await ask(socket, text), "Server received: " + text)
    await close(socket)


async def small_windows():
    offer = ClientPerMessageDeflateFactory(
        server_max_window_bits=9, client_max_window_bits=9
    )
    socket = await connect(echo_port, extensions=[offer])
    same([extension.name for extension in socket.extensions], ["permessage-deflate"])
    for length in (5, 40, 60, 3000):
        text = json.dumps(list(range(length)))
        same(await ask(socket, text), "Server received: " + text)
    await close(socket)


async def ping():
    socket = await connect(echo_port)
    pong = await socket.ping(b"are you there")
    await pong
    await close(socket)


async def clean_close():
    socket = await connect(echo_port)
    await close(socket, 4321)


async def good():
    socket = await connect(auth_port)
    same(await ask(socket, good_token), "Authenticated!")
    await close(socket)


async def pinged(socket):
    same(json.loads(await ask(socket, '{"type":"ping"}')), {"type": "pong"})
    await close(socket)


async def header_token():
    headers = {"Authorization": f"Bearer {good_token}"}
    await pinged(await connect(auth_port, extra_headers=headers))


async def subprotocol_token():
    offered = ["drawbridge", f"bearer.{good_token}"]
    socket = await connect(auth_port, subprotocols=offered)
    same(socket.subprotocol, "drawbridge")
    await pinged(socket)


async def certificate():
    try:
        await connect(echo_port, pem=pem[:1])
    except (OSError, websockets.WebSocketException):
        await text()
    else:
        sys.exit("taken without a certificate")


async def expired():
    await refused(expired_token, "Token Expired")


async def junk():
    await refused("junk", "Invalid Token")


async def send_to_echo():
    socket = await connect(auth_port)
    same(await ask(socket, good_token), "Authenticated!")
    same(json.loads(await ask(socket, '{"type":"ping"}')), {"type": "pong"})
    request = {"type": "send", "address": "echo", "body": "hi", "replyAddress": "r1"}
    reply = json.loads(await ask(socket, json.dumps(request)))
    same(
        (reply["type"], reply["address"], reply["body"]),
        ("rec", "r1", "Server received: hi"),
    )
    await close(socket)


SCENARIOS = {
    "text": text,
    "binary": binary,
    "bigText": big_text,
    "smallWindows": small_windows,
    "ping": ping,
    "close": clean_close,
    "goodToken": good,
    "headerToken": header_token,
    "subprotocolToken": subprotocol_token,
    "certificate": certificate,
    "expiredToken": expired,
    "junkToken": junk,
    "sendToEcho": send_to_echo,
}

asyncio.run(asyncio.wait_for(SCENARIOS[scenario](), PATIENCE_SECONDS))
