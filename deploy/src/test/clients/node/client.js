// One conversation with Drawbridge, held by the npm package ws.
// node client.js SCENARIO ECHO_PORT AUTH_PORT GOOD_TOKEN EXPIRED_TOKEN [CA [CERTIFICATE KEY]]
// With CA, a file in PEM as the other two are, it speaks TLS 1.3 and trusts only that authority.
// Exit status 0 when everything was as it should be; else the first difference on standard error.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

const [scenario, echoPort, authPort, goodToken, expiredToken, ...pem] = process.argv.slice(2);
const [ca, cert, key] = pem.map((file) => readFileSync(file));
const tls = ca ? { ca, cert, key, minVersion: 'TLSv1.3' } : {};
const PATIENCE_MS = 10_000;
const overdue = setTimeout(() => {
  console.error('no answer in time');
  process.exit(1);
}, PATIENCE_MS);

async function connect(port, options = {}, protocols = []) {
  const scheme = ca ? 'wss' : 'ws';
  const socket = new WebSocket(`${scheme}://localhost:${port}/`, protocols, { ...tls, ...options });
  socket.heard = [];
  socket.waiting = [];
  socket.on('message', (data, isBinary) => {
    const message = isBinary ? data : data.toString();
    const next = socket.waiting.shift();
    if (next) next(message);
    else socket.heard.push(message);
  });
  socket.closed = new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  let version;
  socket.on('upgrade', (response) => (version = response.socket.getProtocol?.()));
  await once(socket, 'open');
  assert.equal(version, ca ? 'TLSv1.3' : undefined);
  return socket;
}

function next(socket) {
  return socket.heard.length > 0
    ? Promise.resolve(socket.heard.shift())
    : new Promise((resolve) => socket.waiting.push(resolve));
}

async function ask(socket, message) {
  socket.send(message);
  return next(socket);
}

async function pinged(socket) {
  assert.deepEqual(JSON.parse(await ask(socket, '{"type":"ping"}')), { type: 'pong' });
  await close(socket);
}

async function close(socket) {
  socket.close(1000, 'done');
  assert.equal((await socket.closed).code, 1000);
}

async function refused(token, text) {
  const socket = await connect(authPort);
  assert.equal(await ask(socket, token), text);
  assert.equal((await socket.closed).code, 3000);
}

const scenarios = {
  async text() {
    const socket = await connect(echoPort);
    assert.equal(await ask(socket, 'Grüße, 世界 🌉'), 'Server received: Grüße, 世界 🌉');
    assert.equal(await ask(socket, ''), 'Server received: ');
    await close(socket);
  },
  async binary() {
    const socket = await connect(echoPort);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    assert.deepEqual(await ask(socket, bytes), bytes);
    await close(socket);
  },
  async bigText() {
    const socket = await connect(echoPort);
    const text = Array.from({ length: 10_000 }, (_, i) => `ö${i}`).join('');
    assert.equal(await ask(socket, text), `Server received: ${text}`);
    await close(socket);
  },
  async smallWindows() {
    const windows = { serverMaxWindowBits: 9, clientMaxWindowBits: 9, threshold: 0 };
    const socket = await connect(echoPort, { perMessageDeflate: windows });
    assert.match(socket.extensions, /^permessage-deflate/);
    for (const length of [5, 40, 60, 3000]) {
      const text = JSON.stringify(Array.from({ length }, (_, i) => i));
      assert.equal(await ask(socket, text), `Server received: ${text}`);
    }
    await close(socket);
  },
  async ping() {
    const socket = await connect(echoPort);
    const pong = once(socket, 'pong');
    socket.ping('are you there');
    assert.equal((await pong)[0].toString(), 'are you there');
    await close(socket);
  },
  async close() {
    const socket = await connect(echoPort);
    socket.close(4321, 'bye');
    assert.equal((await socket.closed).code, 4321);
  },
  async goodToken() {
    const socket = await connect(authPort);
    assert.equal(await ask(socket, goodToken), 'Authenticated!');
    await close(socket);
  },
  async headerToken() {
    const headers = { Authorization: `Bearer ${goodToken}` };
    await pinged(await connect(authPort, { headers }));
  },
  async subprotocolToken() {
    const socket = await connect(authPort, {}, ['drawbridge', `bearer.${goodToken}`]);
    assert.equal(socket.protocol, 'drawbridge');
    await pinged(socket);
  },
  async certificate() {
    await assert.rejects(connect(echoPort, { cert: undefined, key: undefined }));
    await scenarios.text();
  },
  async expiredToken() {
    await refused(expiredToken, 'Token Expired');
  },
  async junkToken() {
    await refused('junk', 'Invalid Token');
  },
  async sendToEcho() {
    const socket = await connect(authPort);
    assert.equal(await ask(socket, goodToken), 'Authenticated!');
    assert.deepEqual(JSON.parse(await ask(socket, '{"type":"ping"}')), { type: 'pong' });
    const request = { type: 'send', address: 'echo', body: 'hi', replyAddress: 'r1' };
    const reply = JSON.parse(await ask(socket, JSON.stringify(request)));
    assert.equal(reply.type, 'rec');
    assert.equal(reply.address, 'r1');
    assert.equal(reply.body, 'Server received: hi');
    await close(socket);
  },
};

try {
  await scenarios[scenario]();
  clearTimeout(overdue);
} catch (difference) {
  console.error(difference.message);
  process.exit(1);
}
