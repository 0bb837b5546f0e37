// A host of its own for a test file, and what the tests say to it.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {after} from 'node:test';
import {io as io_now} from 'socket.io-client';
import {io as io_4_5} from 'socket.io-client-4.5';

export const clients = {'socket.io-client 4.8': io_now, 'socket.io-client 4.5': io_4_5};
export const unknown_id = '0123456789abcdef01234567';
const patience_ms = 10_000;

// Starts the program on a store in memory, and on a free port unless one is said; `end()` stops it.
export async function start_host(...options) {
  const listen = options.includes('--listen') ? [] : ['--listen', '127.0.0.1:0'];
  const program = spawn(process.env.TASK_RUNNER_BIN, ['serve', '--store', 'memory:', ...listen, ...options],
    {stdio: ['ignore', 'ignore', 'pipe']});
  const url = await new Promise((resolve, reject) => {
    createInterface({input: program.stderr}).on('line', (line) => {
      const found = /the page is at (http:\/\/[^/]+)/.exec(line);
      if (found) resolve(found[1]);
    });
    program.on('exit', () => reject(new Error('the program ended before it listened')));
  });
  return {url, program, end: () => end(program)};
}

// A host for all tests of a file, and a socket in its runner's namespace.
export async function host_of_file() {
  const host = await start_host();
  after(host.end);
  const socket = await connect(`${host.url}/tasks`);
  after(() => socket.disconnect());
  return {host, socket};
}

async function end(program) {
  if (program.exitCode !== null) return;
  program.kill('SIGKILL');
  await once(program, 'exit');
}

// Connects; everything that comes is kept in `socket.seen`, for `until`.
export async function connect(url, {client = io_now, ...options} = {}) {
  const socket = client(url, {forceNew: true, reconnection: false, ...options});
  socket.seen = [];
  socket.waiting = new Set();
  const note = (event, ...args) => {
    socket.seen.push({event, args});
    setImmediate(() => { for (const look of [...socket.waiting]) look(); });  // after the event's own handlers
  };
  socket.onAny(note);
  socket.on('disconnect', (reason) => note('disconnect', reason));
  await new Promise((resolve, reject) => {
    socket.on('connect', resolve);
    socket.on('connect_error', reject);
  });
  return socket;
}

// The first message seen so far or from now on that `wanted` says yes to.
export function until(socket, wanted, what = String(wanted)) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      socket.waiting.delete(look);
      reject(new Error(`it never came: ${what}; seen: ${JSON.stringify(socket.seen).slice(0, 2000)}`));
    }, patience_ms);
    function look() {
      const found = socket.seen.find(wanted);
      if (!found) return;
      clearTimeout(timer);
      socket.waiting.delete(look);
      resolve(found);
    }
    socket.waiting.add(look);
    look();
  });
}

export const ask = (socket, event, ...args) =>
  new Promise((resolve, reject) => socket.timeout(patience_ms).emit(event, ...args, (error, ...answer) =>
    error ? reject(new Error(`no answer to ${event}`)) : resolve(answer[0])));

// What an old client keeps of a subscription: it applies what comes without looking.
export function follow(socket, subscription) {
  const view = {list: [...subscription.list], seq: subscription.seq, gaps: 0};
  const count = (seq) => { if (seq !== ++view.seq) view.gaps += 1; };
  socket.on('list', (list, about) => {
    if (about.subscriptionId !== subscription.subscriptionId) return;
    count(about.seq);
    view.list = [...list];
  });
  socket.on('change', ({operationType, position, doc, subscriptionId, seq}) => {
    if (subscriptionId !== subscription.subscriptionId) return;
    count(seq);
    if (operationType === 'insert') view.list.splice(position, 0, doc);
    else if (operationType === 'delete') view.list.splice(position, 1);
    else view.list[position] = doc;
  });
  return view;
}

export async function add(socket, versionedTopic, data, more = {}) {
  const task = await ask(socket, 'add', {versionedTopic, data, ...more});
  if (typeof task === 'string') throw new Error(task);
  return task;
}

// Asks until the task is so.
export async function get_when(socket, id, is_so) {
  const deadline = Date.now() + patience_ms;
  for (;;) {
    const task = await ask(socket, 'get', {id});
    if (is_so(task)) return task;
    if (Date.now() > deadline) throw new Error(`the task never became so: ${JSON.stringify(task)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
