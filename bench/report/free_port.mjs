import net from 'node:net';

/// A port of 127.0.0.1 where nobody listens now.
export async function free_port() {
  const server = net.createServer();
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const {port} = server.address();
  await new Promise((done) => server.close(done));
  return port;
}
