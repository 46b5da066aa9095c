// The first message is a token, as people write it with npm `ws` and `jsonwebtoken`: node ws-auth.js PORT
const jwt = require('jsonwebtoken');
const { WebSocketServer } = require('ws');

const secret = 'a secret of thirty-two bytes or more';
const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  perMessageDeflate: false,
});
server.on('connection', (socket) => {
  socket.once('message', (data) => {
    try {
      jwt.verify(data.toString(), secret, { algorithms: ['HS256'] });
      socket.send('Authenticated!');
    } catch {
      socket.close(3000);
    }
  });
});
