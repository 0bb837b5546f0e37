// A host that asks who is there, and unmodified clients that say so: `auth: {token}`, Authorization, tickets.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';
import {add, ask, clients, connect, get_when, start_host, until} from './host.mjs';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'task-runner-auth-'));
after(() => fs.rmSync(folder, {recursive: true}));
const token_file = path.join(folder, 'tokens.json');

function make_token(...options) {
  const made = spawnSync(process.env.TASK_RUNNER_BIN, ['token', 'create', '--file', token_file, ...options], {encoding: 'utf8'});
  assert.equal(made.status, 0, made.stderr);
  return made.stdout.trim();
}

const viewer = make_token('--role', 'viewer', '--name', 'vera');
const operator = make_token('--role', 'operator', '--name', 'otto');
const of_noop = make_token('--role', 'operator', '--name', 'nora', '--topic', 'noop#1');
const host = await start_host('--auth', 'token', '--token-file', token_file);
after(host.end);

const refused = (options, namespace = '/tasks') =>
  connect(host.url + namespace, options).then(() => assert.fail('it was let in'), (error) => error);

for (const [name, client] of Object.entries(clients)) {
  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    test(`${name} by ${transports.join(' to ')}: in with a token, out without`, async () => {
      const socket = await connect(`${host.url}/tasks`, {client, transports, auth: {token: operator}});
      const {args: [info]} = await until(socket, ({event}) => event === 'taskRunnerInfo');
      assert.deepEqual(info.you, {name: 'otto', role: 'operator'});
      const task = await add(socket, 'noop#1', {});
      await get_when(socket, task.id, ({state}) => state === 'completed');
      socket.disconnect();
      for (const auth of [undefined, {}, {token: ''}, {token: 'x'}, {token: `tr_${'A'.repeat(43)}`}, {token: [operator]}]) {
        const error = await refused({client, transports, auth});
        assert.deepEqual([error.message, error.data], ['The credentials are missing, or no good (any more)', {status: 401}]);
      }
    });
  }
}

test('a client that can set headers may say it there', async () => {
  const socket = await connect(`${host.url}/tasks`, {transports: ['websocket'], extraHeaders: {Authorization: `Bearer ${viewer}`}});
  assert.deepEqual(await ask(socket, 'subscribeQuery', {limit: 1}).then(({seq}) => seq), 0);
  socket.disconnect();
});

test('a viewer looks, and is told what it may not', async () => {
  const socket = await connect(`${host.url}/tasks`, {auth: {token: viewer}});
  assert.match(await ask(socket, 'add', {versionedTopic: 'noop#1'}), /operator/);
  const otto = await connect(`${host.url}/tasks`, {auth: {token: operator}});
  const {id} = await add(otto, 'sleep#1', {ms: 60_000});
  assert.equal((await ask(socket, 'get', {id})).id, id);
  for (const event of ['stop', 'pause', 'retry', 'remove']) assert.match(await ask(socket, event, {id}), /operator/, event);
  await ask(otto, 'stop', {id});
  for (const each of [socket, otto]) each.disconnect();
});

test('who is limited to topics sees and adds no others', async () => {
  const otto = await connect(`${host.url}/tasks`, {auth: {token: operator}});
  const nora = await connect(`${host.url}/tasks`, {auth: {token: of_noop}});
  const {id} = await add(otto, 'sleep#1', {ms: 60_000});
  assert.equal(typeof await ask(nora, 'get', {id}), 'string');
  assert.equal(typeof await ask(nora, 'stop', {id}), 'string');
  assert.equal(typeof await ask(nora, 'ticket', {id}), 'string');
  assert.equal(typeof await ask(nora, 'add', {versionedTopic: 'sleep#1', data: {ms: 1}}), 'string');
  const {list} = await ask(nora, 'subscribeQuery', {queryObj: {versionedTopic: 'sleep#1'}});
  assert.deepEqual(list, []);
  await add(nora, 'noop#1', {});
  await ask(otto, 'stop', {id});
  for (const each of [otto, nora]) each.disconnect();
});

test('a task\'s own namespace takes a ticket once, or a token', async () => {
  const socket = await connect(`${host.url}/tasks`, {auth: {token: operator}});
  const {id} = await add(socket, 'sleep#1', {ms: 60_000});
  await get_when(socket, id, ({state}) => state === 'running');
  const {url, ticket, expiresInMs} = await ask(socket, 'ticket', {id});
  assert.deepEqual([url, expiresInMs], [`${host.url}/tasks/${id}`, 30_000]);
  const own = await connect(url, {auth: {ticket}});
  await until(own, ({event}) => event === 'task');
  assert.equal((await refused({auth: {ticket}}, `/tasks/${id}`)).data.status, 401);
  assert.equal((await refused({}, `/tasks/${id}`)).data.status, 401);
  const by_token = await connect(url, {auth: {token: viewer}});
  assert.match(await ask(by_token, 'stop'), /operator/);
  assert.equal((await ask(own, 'stop')).id, id);
  for (const each of [socket, own, by_token]) each.disconnect();
});

test('a token that ends while it is used is warned of, and may be replaced', async () => {
  const short = make_token('--role', 'viewer', '--name', 'sven', '--expires', '3s');
  const longer = make_token('--role', 'viewer', '--name', 'sven');
  const reloaded = new Promise((resolve) => host.program.stderr.on('data', (text) => String(text).includes('read anew') && resolve()));
  host.program.kill('SIGHUP');
  await reloaded;
  const [ends, stays] = await Promise.all([0, 1].map(() => connect(`${host.url}/tasks`, {auth: {token: short}})));
  const {args: [{expiresInMs}]} = await until(stays, ({event}) => event === 'auth_expiring');
  assert.ok(expiresInMs > 0 && expiresInMs <= 3_000);
  assert.deepEqual(await ask(stays, 'authenticate', {token: longer}), {});
  assert.match(await ask(stays, 'authenticate', {token: operator}), /somebody else/);
  await until(ends, ({event, args: [reason]}) => event === 'disconnect' && reason === 'io server disconnect');
  assert.match(ends.seen.find(({event}) => event === 'auth_expired').args[0].reason, /expired/);
  assert.equal((await ask(stays, 'subscribeQuery', {limit: 1})).seq, 0);
  assert.equal((await refused({auth: {token: short}})).data.status, 401);
  stays.disconnect();
});

test('REST takes the same tokens, and never one in the address', async () => {
  const list = (headers, query = '') => fetch(`${host.url}/api/v1/tasks${query}`, {headers}).then(({status}) => status);
  assert.equal(await list({authorization: `Bearer ${viewer}`}), 200);
  for (const headers of [{}, {authorization: viewer}, {authorization: 'Bearer x'}]) assert.equal(await list(headers), 401);
  assert.equal(await list({}, `?token=${viewer}&access_token=${viewer}`), 401);
  const headers = {authorization: `Bearer ${viewer}`, 'content-type': 'application/json'};
  const answer = await fetch(`${host.url}/api/v1/tasks`, {method: 'POST', headers, body: '{"versionedTopic":"noop#1"}'});
  assert.equal(answer.status, 403);
  assert.match((await answer.json()).detail, /operator/);
});
