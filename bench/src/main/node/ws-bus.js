// Who has registered is sent what anyone publishes, as people write it with npm `ws`: node ws-bus.js PORT
const { WebSocketServer } = require('ws');

const registered = new Set();
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  perMessageDeflate: false,
});
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const { type, address, body, replyAddress } = JSON.parse(data);
    if (type === 'register') {
      registered.add(socket);
    } else if (type === 'publish') {
      const text = JSON.stringify({ type: 'rec', address, body });
      for (const each of registered) {
        each.send(text);
      }
    } else if (type === 'send') {
      socket.send(JSON.stringify({ type: 'rec', address: replyAddress, body: 'Server received: ' + body }));
    }
  });
  socket.on('close', () => registered.delete(socket));
  socket.on('error', () => registered.delete(socket));
});
