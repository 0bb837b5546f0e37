// The main story by the official client: a download is paused, resumed, killed with its host, and ends whole.
import assert from 'node:assert/strict';
import {createHash} from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import {after, test} from 'node:test';
import {Server, start_origin} from '../support/programs.mjs';
import {add, ask, clients, connect, get_when, until} from './host.mjs';

const mib = 1024 * 1024;
const origin = await start_origin('story.bin=32m');
after(origin.stop);
const [file] = origin.files;
const patient = {reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 100};

const sha256_of = (name) => createHash('sha256').update(fs.readFileSync(name)).digest('hex');
const last_range_start = () => Number(/.*"bytes=(\d+)-/s.exec(fs.readFileSync(origin.accessLog, 'utf8'))?.[1] ?? 0);

// A host, a socket that comes back by itself, and a download through it.
async function begin(t, client) {
  const server = await Server.create();
  t.after(() => server.remove());
  const socket = await connect(`${server.url}/tasks`, {client, ...patient});
  t.after(() => socket.disconnect());
  const {id} = await add(socket, 'download#1', {url: `${origin.url}/rate/8m/${file.name}`, path: file.name, sha256: file.sha256});
  return {server, socket, id};
}

const state = (socket, id, wanted) => get_when(socket, id, (task) => task.state === wanted);

// How far it was when the host that runs it told of so much.
async function until_spent(socket, id, bytes) {
  const {publicUrl} = await state(socket, id, 'running');
  const own = await connect(publicUrl);
  const {args: [progress]} = await until(own, ({event, args}) => event === 'progress' && args[0].data.spent >= bytes);
  own.disconnect();
  return progress.data.spent;
}

// Paused: nothing is written while another task runs from its beginning to its end.
async function paused(server, socket, id) {
  const {progress} = await state(socket, id, 'paused');
  const size = fs.statSync(server.part_file()).size;
  const other = await add(socket, 'sleep#1', {ms: 500});
  await state(socket, other.id, 'completed');
  assert.equal(fs.statSync(server.part_file()).size, size);
  return progress?.spent ?? size;
}

async function kill_and_start(server, socket) {
  const seen = socket.seen.length;
  await server.kill();
  await until(socket, ({event}) => event === 'disconnect');
  await server.start();
  await until(socket, (message) => message.event === 'taskRunnerInfo' && socket.seen.indexOf(message) >= seen, 'it is back');
}

async function finished(server, socket, id) {
  const task = await state(socket, id, 'completed');
  assert.deepEqual([task.outcome, task.response.sha256, task.response.bytes], ['success', file.sha256, file.bytes]);
  assert.equal(sha256_of(path.join(server.downloads, file.name)), file.sha256);
  assert.equal(server.part_file(), undefined);
}

for (const [name, client] of Object.entries(clients)) {
  test(`${name}: paused, resumed, killed and started again, a download goes on where it was and ends whole`, async (t) => {
    const {server, socket, id} = await begin(t, client);
    await until_spent(socket, id, 3 * mib);
    await ask(socket, 'pause', {id});
    const paused_at = await paused(server, socket, id);
    await ask(socket, 'resume', {id});
    await until_spent(socket, id, paused_at + 4 * mib);
    await kill_and_start(server, socket);
    assert.ok(await until_spent(socket, id, 1) >= paused_at);
    await finished(server, socket, id);
    assert.ok(last_range_start() > paused_at);
  });

  test(`${name}: killed while paused, it is paused after the start, and goes on when resumed`, async (t) => {
    const {server, socket, id} = await begin(t, client);
    await until_spent(socket, id, 3 * mib);
    await ask(socket, 'pause', {id});
    const paused_at = await paused(server, socket, id);
    await kill_and_start(server, socket);
    await paused(server, socket, id);
    await ask(socket, 'resume', {id});
    await finished(server, socket, id);
    assert.ok(last_range_start() >= paused_at);
  });
}
