#!/usr/bin/env node
// measure.mjs [--program build/task-runner] [--runs 5] [--case NAME]
// Seconds from kill -9 of a host until the task that it ran runs elsewhere, on MongoDB. See README.md.
import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {free_port} from '../report/free_port.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const {values: options} = parseArgs({options: {
  program: {type: 'string', default: join(root, 'build/task-runner')}, runs: {type: 'string', default: '5'}, case: {type: 'string'},
}});
const program = resolve(options.program);
const folder = mkdtempSync(join(tmpdir(), 'bench-takeover-'));

/// `comes_back`: the killed host is started again at once, and no other one is there.
const cases = [
  {name: 'proven', flags: []},
  {name: 'comes back', flags: [], comes_back: true},
  {name: 'not proven, session 2 s', flags: ['--death-proof', 'off', '--session', '2s']},
  {name: 'not proven, session 30 s', flags: ['--death-proof', 'off']},
];

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/// The answer's JSON, or null where nobody answers.
async function ask(port, path, body) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, body && {
      method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});
    return answer.ok ? await answer.json().catch(() => ({})) : null;
  } catch {
    return null;
  }
}

async function until(look) {
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    await pause(5);
  }
}

async function start_host(store, flags, port) {
  const process_ = spawn(program, ['serve', '--store', store, '--listen', `127.0.0.1:${port}`, ...flags], {stdio: 'ignore', cwd: folder});
  const ended = new Promise((done) => process_.on('exit', done));
  return {port, process: process_, ended};
}

async function start_ready_host(store, flags) {
  const host = await start_host(store, flags, await free_port());
  await until(() => ask(host.port, '/readyz'));
  return host;
}

/// A task that runs on `host` now: whatever others took is stopped.
async function task_on(host) {
  for (;;) {
    const {id} = await ask(host.port, '/api/v1/tasks', {versionedTopic: 'sleep#1', data: {ms: 3_600_000}});
    const task = await until(async () => {
      const seen = await ask(host.port, `/api/v1/tasks/${id}`);
      return seen?.state === 'running' && seen;
    });
    if (task.worker.endsWith(`:${host.port}`)) return task;
    await ask(host.port, `/api/v1/tasks/${id}/stop`, {});
  }
}

async function measure({flags, comes_back}, store) {
  const dying = await start_ready_host(store, flags);
  let heir = comes_back ? null : await start_ready_host(store, flags);
  if (heir) await pause(1_500);  // until they know of each other
  const task = await task_on(dying);
  const begin = performance.now();
  dying.process.kill('SIGKILL');
  await dying.ended;
  if (comes_back) heir = await start_host(store, flags, dying.port);
  await until(async () => {
    const seen = await ask(heir.port, `/api/v1/tasks/${task.id}`);
    return seen?.state === 'running' && seen.epoch > task.epoch;
  });
  const seconds = (performance.now() - begin) / 1_000;
  await ask(heir.port, `/api/v1/tasks/${task.id}/stop`, {});
  heir.process.kill('SIGTERM');
  await heir.ended;
  return seconds;
}

async function start_mongod() {
  const process_ = spawn(join(root, 'tests/support/mongod'), [], {stdio: ['pipe', 'pipe', 'inherit']});
  const line = await new Promise((done) => createInterface({input: process_.stdout}).once('line', done));
  return {uri: JSON.parse(line).uri, process: process_};
}

const shown = (seconds) => seconds.toFixed(2);
const mongod = await start_mongod();
try {
  let databases = 0;
  for (const one of cases.filter(({name}) => !options.case || name === options.case)) {
    const all = [];
    for (let i = 0; i < Number(options.runs); ++i)
      all.push(await measure(one, mongod.uri.replace('/?', `/takeover${++databases}?`)));
    all.sort((a, b) => a - b);
    console.log(`${one.name.padEnd(26)} s: median ${shown(all[all.length >> 1])} (${shown(all[0])} … ${shown(all.at(-1))}), ${all.length} runs`);
  }
} finally {
  mongod.process.stdin.end();
  rmSync(folder, {recursive: true, force: true});
}
