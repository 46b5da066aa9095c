// Serves the address "prices" by the WebSocket port: node service.js URL TOKEN_FILE
import { connect } from './bridge.js';

const [url, tokenFile] = process.argv.slice(2);
const CENTS = { tea: 240, coffee: 310 };

let send;
connect(url, tokenFile, {
  opened(sender) {
    send = sender;
    send({ type: 'register', address: 'prices' });
    // A registration has no answer of its own, but is in force before this is read.
    send({ type: 'ping' });
  },
  message({ type, address, body, replyAddress, message, errorId }) {
    if (type === 'rec' && address === 'prices' && replyAddress) {
      // The address to answer at works once, and for this connection alone.
      const cents = CENTS[body.item] ?? null;
      send({ type: 'send', address: replyAddress, body: { item: body.item, cents, by: 'node' } });
    } else if (type === 'pong') {
      console.log('serving');
    } else if (type === 'err') {
      console.log('refused:', message, errorId ?? '');
    }
  },
  lost(reason) {
    console.log('closed:', reason);
  },
});
