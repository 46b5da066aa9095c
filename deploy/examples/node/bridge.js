// What the client and the service share: a connection that shows its token, keeps it fresh, and is
// made anew when it is lost.
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

// No browser: the token may as well go into the handshake, but only this way tells when it ends.
const sendToken = (socket, file) => {
  // Read anew each time, so that whoever issues tokens only has to replace the file.
  socket.send(JSON.stringify({ type: 'auth', token: readFileSync(file, 'utf8').trim() }));
};

/**
 * @param {{opened: (send: (envelope: object) => void) => void, message: (envelope: object) => void,
 *   lost: (reason: string) => void}} on what to do as things happen
 * @returns {() => void} ends it
 */
export function connect(url, tokenFile, on) {
  let socket;
  let retry;
  let ended = false;
  const attempt = () => {
    let refresh;
    let authenticated = false;
    socket = new WebSocket(url);
    const send = (envelope) => socket.send(JSON.stringify(envelope));
    socket.on('open', () => sendToken(socket, tokenFile));
    socket.on('message', (data) => {
      const text = data.toString();
      // A bad first token is told in plain text, before the connection is closed.
      const envelope = text.startsWith('{') ? JSON.parse(text) : { type: 'err', message: text };
      if (envelope.type !== 'auth') {
        on.message(envelope);
        return;
      }
      if (envelope.expiresAt) {
        const left = envelope.expiresAt - Date.now();
        refresh = setTimeout(() => sendToken(socket, tokenFile), Math.min((left * 2) / 3, 2 ** 31 - 1));
      }
      if (!authenticated) {
        authenticated = true;
        on.opened(send);
      }
    });
    // Without a listener, a refused connection would end the process; 'close' follows it.
    socket.on('error', (error) => console.error(error.message));
    socket.on('close', (code, reason) => {
      clearTimeout(refresh);
      on.lost(`${code} ${reason}`);
      // After a restart of the server, not all clients should be back at the same moment.
      if (!ended) retry = setTimeout(attempt, 500 + Math.random() * 1500);
    });
  };
  attempt();
  return () => {
    ended = true;
    clearTimeout(retry);
    socket.close(1000);
  };
}
