// What clients see of a host that is asked to end, and of one behind a name of its own.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {request} from 'node:http';
import {test} from 'node:test';
import {add, ask, connect, get_when, start_host, until} from './host.mjs';

test('a host that is asked to end sends its clients away and ends with 0, whatever they look at', async (t) => {
  const host = await start_host();
  t.after(host.end);
  const sockets = await Promise.all([['websocket'], ['polling']].map((transports) => connect(`${host.url}/tasks`, {transports})));
  for (const socket of sockets) await ask(socket, 'subscribeQuery', {});
  const {id} = await add(sockets[0], 'sleep#1', {ms: 60_000});
  const {publicUrl} = await get_when(sockets[0], id, ({state}) => state === 'running');
  const own = await connect(publicUrl);
  host.program.kill('SIGTERM');
  const [code] = await once(host.program, 'exit');
  assert.equal(code, 0);
  for (const socket of [...sockets, own]) await until(socket, ({event}) => event === 'disconnect');
});

test('an unmodified client comes back by itself when its host was ended politely and is started again', async (t) => {
  const host = await start_host();
  t.after(host.end);
  const sockets = await Promise.all(['websocket', 'polling'].map((transport) =>
    connect(`${host.url}/tasks`, {transports: [transport], reconnection: true, reconnectionDelayMax: 200})));
  t.after(() => sockets.forEach((socket) => socket.disconnect()));
  host.program.kill('SIGTERM');
  await once(host.program, 'exit');
  const again = await start_host('--listen', new URL(host.url).host);
  t.after(again.end);
  for (const socket of sockets)
    await until(socket, () => socket.seen.filter(({event}) => event === 'taskRunnerInfo').length === 2, 'it is back');
});

const status_for = (url, host) => new Promise((resolve, reject) =>
  request(`${url}/api/v1/tasks`, {headers: {host}}, (response) => resolve(response.resume().statusCode)).on('error', reject).end());

test('a host at loopback answers to its own names only', async (t) => {
  const host = await start_host('--public-url', 'http://tasks.example.com');
  t.after(host.end);
  assert.equal(await status_for(host.url, 'tasks.example.com'), 200);
  assert.equal(await status_for(host.url, 'localhost:8080'), 200);
  assert.equal(await status_for(host.url, 'evil.example:8080'), 403);
});
