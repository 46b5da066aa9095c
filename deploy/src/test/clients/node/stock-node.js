// node stock-node.js BASE: the conversation of stock.js in Node.
import { createRequire } from 'node:module';
import { converse } from './stock.js';

const require = createRequire(import.meta.url);
await converse(require('@vertx/eventbus-bridge-client.js'), process.argv[2]);
process.exit(0);
