// What the stock Vert.x client does with Drawbridge, the same in Node and in a browser.
// BASE answers: GET /arguments, POST /do/ACTION (the test then acts as a service), POST /result.

const PATIENCE_MS = 20_000;
const PING_MS = 50;

function check(condition, what) {
  if (!condition) throw new Error(what);
}

function same(found, expected, what) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  check(a === b, `${what}: ${a} instead of ${b}`);
}

function within(promise, what) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`${what}: nothing in time`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Has a callback called: the promise of its first call, with what it was given. */
function once(what, begin) {
  return within(new Promise((resolve) => begin((...given) => resolve(given))), what);
}

/** All warnings and errors of the client go to the console. */
function listenToConsole() {
  const told = [];
  for (const level of ['warn', 'error']) {
    console[level] = (...words) => told.push(words.map((w) => JSON.stringify(w)).join(' '));
  }
  return told;
}

export async function converse(EventBus, base) {
  const transcript = [];
  const step = (text) => transcript.push(text);
  const complaints = listenToConsole();
  let result;
  try {
    const given = await (await fetch(`${base}/arguments`)).json();
    const act = async (action) => (await fetch(`${base}/do/${action}`, { method: 'POST' })).text();
    await scenario(EventBus, given, act, step);
    same(complaints, [], 'what the client told the console');
    result = 'well';
  } catch (error) {
    result = `FAILED ${error.stack} console: ${complaints.join('\n')}`;
  }
  transcript.push(result);
  await fetch(`${base}/result`, { method: 'POST', body: transcript.join('\n') });
}

async function scenario(EventBus, { url, token, badToken }, act, step) {
  const options = {
    // By itself, SockJS measures one short request, and gives up soon where the rest takes longer.
    timeout: 10_000,
    vertxbus_ping_interval: PING_MS,
    vertxbus_reconnect_delay_min: 50,
    vertxbus_reconnect_delay_max: 200,
  };
  const bus = new EventBus(url, options);
  const ask = (on, address, body) => once(address, (done) => on.send(address, body, done));
  const authenticate = async () => {
    const [refused, welcome] = await ask(bus, 'drawbridge.auth', { token });
    same(refused, null, 'a refusal');
    same(welcome.body.status, 'Authenticated!', 'the welcome');
  };

  await once('open', (opened) => { bus.onopen = opened; });
  step(`open by the transport ${bus.sockJSConn.transport}`);
  // Some pings come before the token.
  await new Promise((resolve) => setTimeout(resolve, 4 * PING_MS));
  await authenticate();
  step('authenticated by a send to drawbridge.auth');

  const [, reply] = await ask(bus, 'orders', { item: 'Grüße "aus" 世界 🌉\n' });
  same(reply.body, { taken: { item: 'Grüße "aus" 世界 🌉\n' }, by: 'ada' }, 'the reply');
  step('sent, and got the reply');

  const [failure] = await ask(bus, 'orders', 'bad');
  same(failure, { failureCode: 42, failureType: 'RECIPIENT_FAILURE', message: 'no such item' }, 'the failure');
  const [nobody] = await ask(bus, 'nobody', 1);
  same(nobody.failureType, 'NO_HANDLERS', 'nobody there');
  const [denied] = await ask(bus, 'secret', 1);
  same([denied.failureCode, denied.failureType], [403, 'ACCESS_DENIED'], 'not allowed');
  step('got failures: of the service, without one, without the right');

  const [[, news]] = await Promise.all([
    once('news', (heard) => {
      bus.registerHandler('news', heard);
      bus.publish('news', { n: 1 });
    }),
  ]);
  same([news.address, news.body], ['news', { n: 1 }], 'the news');
  step('registered, published, and heard it');

  bus.registerHandler('work', (error, request) => request.reply(`done: ${request.body}`));
  // A message behind it is only read once it is registered.
  await ask(bus, 'orders', 1);
  same(await act('work'), 'done: dig', 'the answer to a service');
  step('answered a request of a service');

  const pushed = once('push', (heard) => bus.registerHandler('drawbridge.user.ada', heard));
  await act('push');
  same((await pushed)[1].body, 'for ada', 'the push');
  step('heard what was pushed to its user');

  const told = once('event', (heard) => {
    bus.onevent = (event, message) => {
      heard(event, message);
      return true;
    };
    bus.publish('secret', 1);
  });
  same((await told)[0], 'ACCESS_DENIED', 'the event');
  step('was told of an error by onevent');

  let heardAgain = 0;
  const count = () => { heardAgain += 1; };
  bus.registerHandler('more', count);
  bus.unregisterHandler('more', count);
  bus.publish('more', 1);
  await ask(bus, 'orders', 2);
  same(heardAgain, 0, 'heard after unregister');
  step('unregistered, and heard no more');

  bus.enableReconnect(true);
  const [closed, reconnected] = [
    once('close', (done) => { bus.onclose = done; }),
    once('reconnect', (done) => { bus.onreconnect = done; }),
  ];
  await act('kick');
  const [{ code, reason }] = await closed;
  same(code, 3003, 'the code of the close');
  check(/^SESSION_REVOKED .*\[ref [0-9a-f-]{36}]$/.test(reason), `the reason: ${reason}`);
  step(`was closed: ${code} SESSION_REVOKED`);
  await reconnected;
  await authenticate();
  const [, again] = await ask(bus, 'orders', 3);
  same(again.body.taken, 3, 'the reply after it came back');
  step('came back, authenticated, sent, and got the reply');

  const carrying = new EventBus(url, options);
  carrying.defaultHeaders = { Authorization: `Bearer ${token}` };
  await once('open', (opened) => { carrying.onopen = opened; });
  const [, carried] = await ask(carrying, 'orders', 4);
  same(carried.body, { taken: 4, by: 'ada' }, 'the reply to an envelope with a token');
  const [bye] = await once('end', (done) => {
    carrying.onclose = done;
    carrying.close();
  });
  same(bye.code, 1000, 'the code of its own close');
  step('authenticated by headers.Authorization, and closed');

  const stranger = new EventBus(url, options);
  await once('open', (opened) => { stranger.onopen = opened; });
  const end = once('refusal', (done) => { stranger.onclose = done; });
  const [refusal] = await ask(stranger, 'drawbridge.auth', { token: badToken });
  same([refusal.failureCode, refusal.failureType], [401, 'INVALID_TOKEN'], 'the refusal');
  same((await end)[0].code, 3000, 'the code of the refusal');
  step('was refused with a bad token: 401 INVALID_TOKEN, closed with 3000');

  const polling = new EventBus(url, { ...options, timeout: 0, transports: ['xhr-streaming', 'xhr-polling'] });
  const [nowhere] = await once('end', (done) => { polling.onclose = done; });
  same(nowhere.code, 2000, 'the code without a transport');
  step(`found no other transport: 2000 ${nowhere.reason}`);

  await once('end', (done) => {
    bus.onclose = done;
    bus.close();
  });
}
