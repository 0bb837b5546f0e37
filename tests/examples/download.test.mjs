// examples/download: a host is killed, and its downloads end elsewhere, whole.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {test} from 'node:test';
import {fileURLToPath} from 'node:url';

const script = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../examples/download/run');
const limit_ms = 150_000;

// The example running: its hosts as it says them.
async function start_example(...options) {
  const child = spawn(script, ['--port', '0', '--rate', '3m', ...options], {stdio: ['ignore', 'pipe', 'inherit']});
  const hosts = [];
  for await (const line of createInterface({input: child.stdout})) {
    const [, name, url, pid, folder] = /^(host-\d)  (\S+)\/  pid (\d+)  downloads to (\S+)$/.exec(line) ?? [];
    if (name) hosts.push({name, url, pid: Number(pid), folder});
    if (line.includes('Ctrl-C')) break;
  }
  assert.equal(hosts.length, 3);
  return {child, hosts};
}

async function end_example({child, hosts}) {
  const ended = once(child, 'exit');
  child.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
  for (const {pid, folder} of hosts) {
    assert.throws(() => process.kill(pid, 0), {code: 'ESRCH'});
    assert.ok(!fs.existsSync(folder));
  }
}

// The list at that host, looked at whenever it changes, until `look` gives something.
async function until(host, signal, look) {
  const stream = await fetch(`${host.url}/api/v1/tasks/watch`, {signal});
  for await (const _ of stream.body) {
    const found = look(await (await fetch(`${host.url}/api/v1/tasks`)).json());
    if (found) return found;
  }
  throw new Error('the host ended its stream');
}

const is_well_under_way = (task) => task.state === 'running' && task.worker !== 'host-1' && task.progress?.spent > 2 ** 20;
const sha256_of = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

function assert_whole(task, folders) {
  assert.equal(task.outcome, 'success', JSON.stringify(task.response));
  assert.equal(task.response.sha256, task.data.sha256);
  const files = folders.map((folder) => path.join(folder, task.data.path)).filter((file) => fs.existsSync(file));
  assert.equal(files.length, 1);
  assert.equal(sha256_of(files[0]), task.data.sha256);
}

// Kills a host with a download well under way; answers with that host and the tasks that it ran, as they ended.
async function kill_one({hosts}, signal) {
  const {worker} = await until(hosts[0], signal, (tasks) => tasks.find(is_well_under_way));
  const victim = hosts.find(({name}) => name === worker);
  process.kill(victim.pid, 'SIGKILL');
  const lost = (await (await fetch(`${hosts[0].url}/api/v1/tasks`)).json()).filter((task) => task.worker === worker);
  assert.ok(lost.length > 0);
  const ended = await until(hosts[0], signal, (tasks) => tasks.every(({state}) => state === 'completed') && tasks);
  assert.equal(ended.length, 12);
  const folders = [...new Set(hosts.map(({folder}) => folder))];
  for (const task of ended) assert_whole(task, folders);
  return {victim, moved: ended.filter(({id}) => lost.some((task) => task.id === id))};
}

async function log_lines(hosts, id) {
  const answers = await Promise.all(hosts.map(({url}) => fetch(`${url}/api/v1/tasks/${id}/logs`)));
  return (await Promise.all(answers.map((answer) => answer.json()))).flat().map(({text}) => text);
}

async function with_example(options, story) {
  const example = await start_example(...options);
  try {
    await story(example);
    await end_example(example);
  } finally {
    example.child.kill('SIGTERM');
  }
}

test('a host is killed: all twelve downloads end whole, its own ones in the folders of the others', {timeout: limit_ms},
  ({signal}) => with_example([], async (example) => {
    const {victim, moved} = await kill_one(example, signal);
    for (const {id, data, epoch} of moved) {
      assert.ok(epoch > 1, id);
      assert.ok(!fs.existsSync(path.join(victim.folder, data.path)));
    }
  }));

test('with a shared folder they go on from the bytes that the killed host left', {timeout: limit_ms},
  ({signal}) => with_example(['--shared'], async (example) => {
    const {victim, moved} = await kill_one(example, signal);
    const lines = await Promise.all(moved.map(({id}) => log_lines(example.hosts.filter((host) => host !== victim), id)));
    assert.ok(lines.flat().some((text) => /^going on after \d+ bytes$/.test(text)), JSON.stringify(lines));
  }));
