// Every message of docs/protocol.md in a runner's namespace, said by unmodified clients.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {add, ask, clients, connect, follow, get_when, host_of_file, unknown_id, until} from './host.mjs';

const {host, socket} = await host_of_file();

for (const [name, client] of Object.entries(clients)) {
  for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
    for (const namespace of ['/tasks', '/']) {
      test(`${name} by ${transports.join(' to ')} at ${namespace}: info, add, get`, async () => {
        const mine = await connect(host.url + namespace, {client, transports});
        const {args: [info]} = await until(mine, ({event}) => event === 'taskRunnerInfo');
        assert.deepEqual([typeof info.instance, info.topics], ['string', ['download#1', 'noop#1', 'sleep#1']]);
        const task = await add(mine, 'noop#1', {text: 'ä€😀', list: [1, 2.5, null]});
        assert.match(task.id, /^[0-9a-f]{24}$/);
        const done = await get_when(mine, task.id, ({state}) => state === 'completed');
        assert.deepEqual(done.response, {text: 'ä€😀', list: [1, 2.5, null]});
        assert.ok(!('lease' in done) && !('_id' in done) && !('__v' in done));
        mine.disconnect();
      });
    }
  }
}

test('a list follows its query by changes alone, with positions and without a gap in seq', async () => {
  const query = {queryObj: {versionedTopic: 'sleep#1'}, sort: {priority: -1}};
  const subscription = await ask(socket, 'subscribeQuery', query);
  assert.deepEqual([subscription.list, subscription.seq], [[], 0]);
  const view = follow(socket, subscription);
  for (const priority of [1, 3, 2]) await add(socket, 'sleep#1', {ms: 1}, {priority});
  await until(socket, () => view.list.length === 3 && view.list.every(({state}) => state === 'completed'));
  assert.deepEqual(view.list.map(({priority}) => priority), [3, 2, 1]);
  assert.deepEqual(view.list, (await ask(socket, 'subscribeQuery', query)).list);
  for (const {id} of [...view.list]) assert.equal(await ask(socket, 'remove', {id}), undefined);
  await until(socket, () => view.list.length === 0);
  assert.equal(view.gaps, 0);
  const change = socket.seen.find(({event}) => event === 'change').args[0];
  assert.deepEqual(Object.keys(change).sort(), ['doc', 'id', 'operationType', 'position', 'seq', 'subscriptionId']);
  assert.equal(await ask(socket, 'unsubscribeQuery', {subscriptionId: subscription.subscriptionId}), undefined);
  assert.equal(typeof await ask(socket, 'unsubscribeQuery', {subscriptionId: subscription.subscriptionId}), 'string');
});

test('stop, pause, resume and retry act on the task wherever it is', async () => {
  const {id} = await add(socket, 'sleep#1', {ms: 60_000});
  await get_when(socket, id, ({state}) => state === 'running');
  assert.match(await ask(socket, 'remove', {id}), /running/);
  assert.equal((await ask(socket, 'pause', {id})).id, id);
  await get_when(socket, id, ({state}) => state === 'paused');
  assert.equal((await ask(socket, 'resume', {id})).id, id);
  await get_when(socket, id, ({state}) => state === 'running');
  await ask(socket, 'stop', {id});
  assert.equal((await get_when(socket, id, ({state}) => state === 'completed')).outcome, 'cancelled');
  assert.equal(typeof await ask(socket, 'stop', {id}), 'string');
  assert.equal((await ask(socket, 'retry', {id})).state, 'to do');
  await ask(socket, 'stop', {id});
});

test('progress goes to whoever has the task in a list or no list at all, and to no one else', async () => {
  const [none, other, watcher] = await Promise.all([1, 2, 3].map(() => connect(`${host.url}/tasks`)));
  await ask(other, 'subscribeQuery', {queryObj: {versionedTopic: 'noop#1'}});
  const {id} = await add(socket, 'sleep#1', {ms: 1_500});
  await ask(watcher, 'subscribeQuery', {queryObj: {id}});
  const is_mine = ({event, args}) => event === 'progress' && args[0].taskId === id;
  for (const client of [none, watcher]) {
    const {data} = (await until(client, is_mine)).args[0];
    assert.equal(data.total, 1_500);
  }
  await get_when(socket, id, ({state}) => state === 'completed');
  assert.ok(!other.seen.some(is_mine));
  for (const client of [none, other, watcher]) client.disconnect();
});

test('add: waitUntil, uniqueKey, maxAttempts, Extended JSON', async () => {
  const later = await add(socket, 'noop#1', {at: {$date: '2026-01-31T09:30:00Z'}}, {waitUntil: '+1h', maxAttempts: 3});
  assert.equal(later.data.at, '2026-01-31T09:30:00.000Z');
  assert.equal(later.maxAttempts, 3);
  const wait_ms = Date.parse(later.waitUntil) - Date.now();
  assert.ok(wait_ms > 3_500_000 && wait_ms <= 3_600_000);
  const first = await add(socket, 'noop#1', 1, {uniqueKey: 'k'});
  assert.equal((await add(socket, 'noop#1', 1, {uniqueKey: 'k'})).id, first.id);
  assert.equal(typeof await ask(socket, 'add', {versionedTopic: 'noop#1', data: 2, uniqueKey: 'k'}), 'string');
});

test('addMany answers each for itself', async () => {
  const answers = await ask(socket, 'addMany', [{versionedTopic: 'noop#1'}, {versionedTopic: 'nobody#1'}, 5]);
  assert.equal(answers[0].versionedTopic, 'noop#1');
  assert.match(answers[1], /nobody#1/);
  assert.equal(typeof answers[2], 'string');
});

const refused = [
  ['add', undefined, /object/], ['add', 7, /object/], ['add', {versionedTopic: 'nobody#1'}, /nobody#1/],
  ['add', {versionedTopic: 5}, /versionedTopic/], ['add', {versionedTopic: 'noop#1', priority: 'high'}, /priority/],
  ['add', {versionedTopic: 'noop#1', waitUntil: 'soon'}, /waitUntil/],
  ['add', {versionedTopic: 'noop#1', data: {$oid: 'x'}}, /oid/],
  ['add', {versionedTopic: 'noop#1', maxAttempts: 1.5}, /maxAttempts/],
  ...['requires', 'concurrencyKey', 'timeoutSeconds', 'dependsOn', 'parent'].map((field) =>
    ['add', {versionedTopic: 'noop#1', [field]: 1}, new RegExp(field)]),
  ['addMany', {}, /list/], ['get', {}, /id/], ['get', {id: 'x'}, /hexadecimal/], ['get', {id: unknown_id}, new RegExp(unknown_id)],
  ['remove', {id: unknown_id}, new RegExp(unknown_id)], ['stop', {id: 5}, /id/], ['pause', null, /object/],
  ['resume', {id: unknown_id}, new RegExp(unknown_id)], ['retry', [], /object/],
  ['unsubscribeQuery', {subscriptionId: '1.00'}, /subscriptionId/], ['unsubscribeQuery', undefined, /subscriptionId/],
  ['explain', {id: unknown_id}, new RegExp(unknown_id)], ['ticket', {id: unknown_id}, new RegExp(unknown_id)], ['noSuchEvent', {}, /noSuchEvent/],
];
for (const [event, payload, why] of refused) {
  test(`${event} ${JSON.stringify(payload)} is refused by text`, async () => {
    const answer = payload === undefined ? await ask(socket, event) : await ask(socket, event, payload);
    assert.equal(typeof answer, 'string');
    assert.match(answer, why);
  });
}

for (const [payload, why] of [[{queryObj: {$where: '1'}}, /\$where/], [{queryObj: {a: {$near: 1}}}, /\$near/], [{skip: -1}, /skip/],
  [{skip: 9_000, limit: 2_000}, /10,?000/], [{sort: {a: 2}}, /a/], [{queryObj: 5}, /./], [7, /object/],
  [{resume: 'x'}, /resume/]]) {
  test(`subscribeQuery ${JSON.stringify(payload)} is refused with an empty list`, async () => {
    const answer = await ask(socket, 'subscribeQuery', payload);
    assert.deepEqual(answer.list, []);
    assert.match(answer.error, why);
  });
}

test('events without an acknowledgement do what they say, and broken ones do no harm', async () => {
  const mine = await connect(`${host.url}/tasks`);
  const subscription = await ask(mine, 'subscribeQuery', {queryObj: {'data.silent': true}});
  const view = follow(mine, subscription);
  for (const [event, payload] of refused) mine.emit(event, payload);
  mine.emit('add', {versionedTopic: 'noop#1', data: {silent: true}});
  await until(mine, () => view.list.length === 1);
  mine.emit('remove', {id: view.list[0].id});
  mine.disconnect();
  assert.equal(host.program.exitCode, null);
});

test('the hundred and first subscription of a connection is refused', async () => {
  const mine = await connect(`${host.url}/tasks`);
  const answers = await Promise.all(Array.from({length: 101}, (_, i) => ask(mine, 'subscribeQuery', {limit: 1 + i % 3})));
  assert.equal(answers.filter(({error}) => error).length, 1);
  assert.equal(new Set(answers.filter(({error}) => !error).map(({subscriptionId}) => subscriptionId)).size, 100);
  mine.disconnect();
});

test('a namespace that nobody serves is refused', async () => {
  await assert.rejects(connect(`${host.url}/nothing`), /namespace/i);
});
