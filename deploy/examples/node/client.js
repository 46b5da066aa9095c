// Asks for the price of each item that it reads, a line each: node client.js URL TOKEN_FILE
import { createInterface } from 'node:readline';
import { connect } from './bridge.js';

const [url, tokenFile] = process.argv.slice(2);
// Longer than the time-out of the rule: the server is the first to give up, and says why.
const PATIENCE_MS = 15_000;

const waiting = new Map();
let numbers = 0;
let open;
let opened = new Promise((resolve) => (open = resolve));

const end = connect(url, tokenFile, {
  opened: (send) => open(send),
  message(envelope) {
    const waiter = waiting.get(envelope.address);
    if (!waiter) console.error('told:', envelope);
    else if (envelope.type === 'rec') waiter.resolve(envelope.body);
    else waiter.reject(new Error(`${envelope.failureCode} ${envelope.message}`));
  },
  lost(reason) {
    opened = new Promise((resolve) => (open = resolve));
    // Nobody knows whether the service has done it: whether to ask again is for the caller.
    for (const waiter of waiting.values()) waiter.reject(new Error(`connection lost, ${reason}`));
  },
});

async function ask(address, body) {
  const replyAddress = `reply-${++numbers}`;
  let overdue;
  try {
    const send = await opened;
    return await new Promise((resolve, reject) => {
      waiting.set(replyAddress, { resolve, reject });
      overdue = setTimeout(() => reject(new Error('no answer in time')), PATIENCE_MS);
      send({ type: 'send', address, body, replyAddress });
    });
  } finally {
    clearTimeout(overdue);
    waiting.delete(replyAddress);
  }
}

for await (const item of createInterface({ input: process.stdin })) {
  try {
    const { cents, by } = await ask('prices', { item });
    console.log(`${item}: ${cents} by ${by}`);
  } catch (error) {
    console.log(`${item}: failed, ${error.message}`);
  }
}
end();
