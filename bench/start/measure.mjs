#!/usr/bin/env node
// measure.mjs [--program build/task-runner] [--runs 20] [--idle-seconds 30]
// How soon a host answers after its start, how much memory it has to itself when idle, how large the program is.
import {execFileSync, spawn} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, statSync} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

import {free_port} from '../report/free_port.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const {values: options} = parseArgs({options: {
  program: {type: 'string', default: join(root, 'build/task-runner')}, runs: {type: 'string', default: '20'},
  'idle-seconds': {type: 'string', default: '30'},
}});
const program = resolve(options.program);
const folder = mkdtempSync(join(tmpdir(), 'bench-start-'));

const pause = (ms) => new Promise((resolve_) => setTimeout(resolve_, ms));
const now_ms = () => Number(process.hrtime.bigint()) / 1e6;

const accepts = (port) => new Promise((resolve_) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve_(true); });
  socket.on('error', () => resolve_(false));
});
const is_ready = (port) => new Promise((resolve_) => {
  http.get({port, host: '127.0.0.1', path: '/readyz', agent: false}, (answer) => {
    answer.resume();
    resolve_(answer.statusCode === 200);
  }).on('error', () => resolve_(false));
});

async function start(store) {
  const port = await free_port();
  const begin = now_ms();
  const host = spawn(program, ['serve', '--store', `sqlite:${store}`, '--listen', `127.0.0.1:${port}`], {stdio: 'ignore', cwd: folder});
  while (!(await accepts(port))) await pause(1);
  const accepted_ms = now_ms() - begin;
  while (!(await is_ready(port))) await pause(1);
  return {host, accepted_ms, ready_ms: now_ms() - begin};
}

async function stop(host) {
  const ended = new Promise((resolve_) => host.on('exit', resolve_));
  host.kill('SIGTERM');
  await ended;
}

/// MiB that no other process shares.
function private_mib(pid) {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)[1]);
  return (kib('Private_Clean') + kib('Private_Dirty')) / 1024;
}

function stripped_mib() {
  const copy = join(folder, 'stripped');
  execFileSync('strip', ['-o', copy, program]);
  return statSync(copy).size / 1024 / 1024;
}

function print(name, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const cells = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[0], sorted.at(-1)].map((value) => value.toFixed(1));
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}

const accepted = [];
const ready = [];
for (let run = 0; run < Number(options.runs); ++run) {
  const started = await start(join(folder, `fresh-${run}.db`));
  accepted.push(started.accepted_ms);
  ready.push(started.ready_ms);
  await stop(started.host);
}
const idle = await start(join(folder, 'idle.db'));
await pause(2_000);
const soon = private_mib(idle.host.pid);
await pause(1_000 * Number(options['idle-seconds']));
const settled = private_mib(idle.host.pid);
await stop(idle.host);

console.log('| figure | median | least | most |\n| --- | ---: | ---: | ---: |');
print('start to first accepted connection, fresh store, ms', accepted);
print('start to first /readyz that says yes, ms', ready);
print('private memory (USS) of an idle host after 2 s, MiB', [soon]);
print(`the same after ${options['idle-seconds']} s more, MiB`, [settled]);
print('stripped program, MiB', [stripped_mib()]);
rmSync(folder, {recursive: true, force: true});
