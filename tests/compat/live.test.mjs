// Live queries as clients see them: resume, two lists on one socket, Server-Sent Events, why a task waits.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {add, ask, connect, follow, get_when, host_of_file, start_host, until} from './host.mjs';

const {host, socket} = await host_of_file();

// A query of its own for each test: tasks that never run, by a mark in their data.
const marked = (mark) => ({queryObj: {'data.mark': mark}});
const add_marked = (mark) => add(socket, 'noop#1', {mark}, {waitUntil: '+1h'});

test('who comes back gets what it missed, with seq going on', async () => {
  await add_marked('resume');
  const first = await connect(`${host.url}/tasks`);
  const subscription = await ask(first, 'subscribeQuery', marked('resume'));
  const view = follow(first, subscription);
  await add_marked('resume');
  await until(first, () => view.list.length === 2);
  first.disconnect();
  const missed = [await add_marked('resume'), await add_marked('resume')];
  const second = await connect(`${host.url}/tasks`);
  const {subscriptionId} = subscription;
  const answer = await ask(second, 'subscribeQuery', {...marked('resume'), resume: {subscriptionId, seq: view.seq}});
  assert.deepEqual([answer.resumed, answer.subscriptionId, answer.list], [true, subscriptionId, undefined]);
  assert.deepEqual(answer.changes.map(({id}) => id), missed.map(({id}) => id));
  assert.deepEqual(answer.changes.map(({seq}) => seq), [2, 3]);
  assert.deepEqual(Object.keys(answer.changes[0]).sort(), ['doc', 'id', 'operationType', 'position', 'seq', 'subscriptionId']);
  const later = await add_marked('resume');
  const {args: [change]} = await until(second, ({event}) => event === 'change');
  assert.deepEqual([change.id, change.seq, change.position], [later.id, 4, 4]);
  second.disconnect();
});

test('who comes back before its old connection is known to be gone takes its subscription along', async () => {
  const old = await connect(`${host.url}/tasks`);
  const subscription = await ask(old, 'subscribeQuery', marked('taken'));
  const mine = await connect(`${host.url}/tasks`);
  const {subscriptionId} = subscription;
  const answer = await ask(mine, 'subscribeQuery', {...marked('taken'), resume: {subscriptionId, seq: 0}});
  assert.deepEqual(answer, {subscriptionId, resumed: true, changes: []});
  await add_marked('taken');
  await until(mine, ({event}) => event === 'change');
  assert.ok(!old.seen.some(({event}) => event === 'change'));
  old.disconnect();
  mine.disconnect();
});

test('a place that cannot be gone on with gives one list, marked', async () => {
  const subscription = await ask(socket, 'subscribeQuery', marked('reset'));
  const {subscriptionId} = subscription;
  const places = {forged: 'x', cut: subscriptionId.slice(0, -1), 'of nobody': `ff${subscriptionId.slice(1)}`, empty: ''};
  for (const [what, id] of Object.entries(places)) {
    const answer = await ask(socket, 'subscribeQuery', {...marked('reset'), resume: {subscriptionId: id, seq: 0}});
    assert.deepEqual([answer.reset, answer.list, answer.seq], [true, [], 0], what);
    assert.notEqual(answer.subscriptionId, id);
  }
  const other = await ask(socket, 'subscribeQuery', {...marked('another query'), resume: {subscriptionId, seq: 0}});
  assert.equal(other.reset, true);
  const future = await ask(socket, 'subscribeQuery', {...marked('reset'), resume: {subscriptionId, seq: 99}});
  assert.equal(future.reset, true);
  for (const resume of [{subscriptionId}, {seq: 1}, 5, {subscriptionId, seq: -1}, {subscriptionId: 7, seq: 1}]) {
    const answer = await ask(socket, 'subscribeQuery', {...marked('reset'), resume});
    assert.deepEqual(answer.list, []);
    assert.match(answer.error, /resume|seq/);
  }
});

test('a place on another host, or from before a restart, gives one list, marked', async () => {
  const subscription = await ask(socket, 'subscribeQuery', marked('restart'));
  const {subscriptionId} = subscription;
  const other = await start_host();
  const there = await connect(`${other.url}/tasks`);
  const answer = await ask(there, 'subscribeQuery', {...marked('restart'), resume: {subscriptionId, seq: 0}});
  assert.deepEqual([answer.reset, answer.list, answer.seq], [true, [], 0]);
  there.disconnect();
  await other.end();
});

test('two lists on one socket are told apart, and one ends without the other', async () => {
  const mine = await connect(`${host.url}/tasks`);
  const [a, b] = [await ask(mine, 'subscribeQuery', marked('a')), await ask(mine, 'subscribeQuery', marked('b'))];
  const views = [follow(mine, a), follow(mine, b)];
  await add_marked('a');
  await add_marked('b');
  await until(mine, () => views.every(({list}) => list.length === 1));
  assert.deepEqual(views.map(({list}) => list[0].data.mark), ['a', 'b']);
  assert.equal(await ask(mine, 'unsubscribeQuery', {subscriptionId: a.subscriptionId}), undefined);
  await add_marked('a');
  await add_marked('b');
  await until(mine, () => views[1].list.length === 2);
  assert.deepEqual(views.map(({list, gaps}) => [list.length, gaps]), [[1, 0], [2, 0]]);
  mine.disconnect();
});

// The events of a stream as they come.
async function* events_of(response) {
  let text = '';
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString();
    const parts = text.split('\n\n');
    text = parts.pop();
    for (const part of parts) {
      const fields = part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]);
      const event = Object.fromEntries(fields);
      if (event.event) yield {...event, data: JSON.parse(event.data)};
    }
  }
}
const first_of = async (response) => (await events_of(response).next()).value;

test('the same as Server-Sent Events, resumed by Last-Event-ID', async () => {
  const url = `${host.url}/api/v1/tasks/watch?query=${encodeURIComponent(JSON.stringify({'data.mark': 'sse'}))}`;
  const signal = AbortSignal.timeout(20_000);
  const response = await fetch(url, {signal});
  assert.equal(response.status, 200);
  assert.match(response.headers.get('content-type'), /^text\/event-stream/);
  const events = events_of(response);
  const {value: list} = await events.next();
  assert.deepEqual([list.event, list.data], ['list', []]);
  const {id} = await add_marked('sse');
  const {value: change} = await events.next();
  assert.deepEqual([change.event, change.data.operationType, change.data.id, change.data.position], ['change', 'insert', id, 0]);
  await events.return();
  const next = await add_marked('sse');
  const missed = await first_of(await fetch(url, {headers: {'Last-Event-ID': change.id}, signal}));
  assert.deepEqual([missed.event, missed.data.id], ['change', next.id]);
  const anew = await first_of(await fetch(url, {headers: {'Last-Event-ID': 'x:1'}, signal}));
  assert.deepEqual([anew.event, anew.data.map((task) => task.id)], ['list', [id, next.id]]);
});

test('a stream of a wrong query is a problem, not a stream', async () => {
  const response = await fetch(`${host.url}/api/v1/tasks/watch?query=${encodeURIComponent('{"$where":"1"}')}`);
  assert.equal(response.status, 400);
  assert.match((await response.json()).detail, /\$where/);
});

test('why a task waits is said, on the socket and over HTTP', async () => {
  const later = await add_marked('explain');
  const waiting = await ask(socket, 'explain', {id: later.id});
  assert.deepEqual([waiting.why, waiting.until, waiting.state], ['not-yet', later.waitUntil, 'to do']);
  assert.equal(waiting.hosts.length, 1);
  const over_http = await (await fetch(`${host.url}/api/v1/tasks/${later.id}/explain`)).json();
  assert.deepEqual(over_http, waiting);
  const {id} = await add(socket, 'sleep#1', {ms: 60_000});
  await get_when(socket, id, ({state}) => state === 'running');
  const running = await ask(socket, 'explain', {id});
  assert.equal(running.why, 'held');
  assert.ok(running.text.includes(running.worker));
  await ask(socket, 'stop', {id});
  await get_when(socket, id, ({state}) => state === 'completed');
  assert.equal((await ask(socket, 'explain', {id})).why, 'ended');
  assert.equal((await fetch(`${host.url}/api/v1/tasks/${'0'.repeat(24)}/explain`)).status, 404);
});

test('a task behind full slots says so', async () => {
  const small = await start_host('--max-running', '1');
  const mine = await connect(`${small.url}/tasks`);
  const first = await add(mine, 'sleep#1', {ms: 60_000});
  await get_when(mine, first.id, ({state}) => state === 'running');
  const second = await add(mine, 'sleep#1', {ms: 1});
  const explained = await ask(mine, 'explain', {id: second.id});
  assert.deepEqual([explained.why, explained.hosts[0].held, explained.hosts[0].capacity], ['no-slot', 1, 1]);
  mine.disconnect();
  await small.end();
});
