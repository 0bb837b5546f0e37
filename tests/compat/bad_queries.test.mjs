// Queries and places that nobody should send: each gets an error that names what is wrong, or one list; nobody else
// notices.
import assert from 'node:assert/strict';
import {after, test} from 'node:test';
import {add, ask, connect, follow, host_of_file, start_host, until} from './host.mjs';

const {host, socket} = await host_of_file();

const nested = (levels) => (levels === 0 ? {a: 1} : {$and: [nested(levels - 1)]});
const keys = (count) => Object.fromEntries(Array.from({length: count}, (_, i) => [`key${i}`, 1]));

const refused = [
  ['$where', {queryObj: {$where: '1'}}, /\$where/],
  ['$where within $and within $or', {queryObj: {$or: [{a: 1}, {$and: [{$where: '1'}]}]}}, /\$where/],
  ['$where within $elemMatch', {queryObj: {a: {$elemMatch: {b: 1, $where: '1'}}}}, /\$where/],
  ['$where of a field', {queryObj: {a: {$not: {$where: '1'}}}}, /\$where/],
  ['$expr', {queryObj: {$expr: {$eq: [1, 1]}}}, /\$expr/],
  ['$expr within $nor', {queryObj: {$nor: [{$expr: {$eq: [1, 1]}}]}}, /\$expr/],
  ['$expr within $elemMatch', {queryObj: {a: {$elemMatch: {$expr: true}}}}, /\$expr/],
  ['$function', {queryObj: {a: {$function: {body: 'function() {}', args: [], lang: 'js'}}}}, /\$function/],
  ['$function at the top', {queryObj: {$function: {}}}, /\$function/],
  ['$function within $expr', {queryObj: {$and: [{$expr: {$function: {}}}]}}, /\$expr/],
  ['$jsonSchema', {queryObj: {$jsonSchema: {}}}, /\$jsonSchema/],
  ['$jsonSchema within $and', {queryObj: {$and: [{a: 1}, {$jsonSchema: {}}]}}, /\$jsonSchema/],
  ['$jsonSchema of a field', {queryObj: {a: {$elemMatch: {$jsonSchema: {}}}}}, /\$jsonSchema/],
  ['200 levels', {queryObj: nested(200)}, /deeper/],
  ['200 levels of a value', {queryObj: {a: JSON.parse('['.repeat(200) + ']'.repeat(200))}}, /deeper/],
  ['limit -1', {limit: -1}, /limit/],
  ['limit 1e9', {limit: 1e9}, /10,?000/],
  ['limit 1e18', {limit: 1e18}, /limit/],
  ['skip -1', {skip: -1}, /skip/],
  ['skip 1e9', {skip: 1e9}, /10,?000/],
  ['50 keys to sort by', {sort: keys(50)}, /sort/],
];

const parameters_of = ({queryObj, sort, ...numbers}) => new URLSearchParams({
  ...(queryObj && {query: JSON.stringify(queryObj)}), ...(sort && {sort: JSON.stringify(sort)}), ...numbers});

for (const [name, payload, why] of refused) {
  test(`${name}: refused by name, on the socket, over HTTP and as a stream`, async () => {
    const answer = await ask(socket, 'subscribeQuery', payload);
    assert.deepEqual(Object.keys(answer).sort(), ['error', 'list']);
    assert.deepEqual(answer.list, []);
    assert.match(answer.error, why);
    for (const path of ['/api/v1/tasks', '/api/v1/tasks/watch']) {
      const response = await fetch(`${host.url}${path}?${parameters_of(payload)}`);
      assert.equal(response.status, 400);
      assert.match((await response.json()).detail, why);
    }
  });
}

test('100,000 values are refused', async () => {
  const queryObj = {a: {$in: Array.from({length: 100_000}, () => 1)}};
  assert.match((await ask(socket, 'subscribeQuery', {queryObj})).error, /values/);
  const response = await fetch(`${host.url}/api/v1/tasks?${parameters_of({queryObj})}`);
  assert.ok([414, 431].includes(response.status), `${response.status}`);  // no address is so long
});

const endless = {queryObj: {'data.text': {$regex: '(a+)+$'}, 'data.mark': 'endless'}};

test('(a+)+$ over a megabyte matches nothing, and nobody else waits for it', async () => {
  const text = `${'a'.repeat(900_000)}!`;
  const add_text = () => add(socket, 'noop#1', {mark: 'endless', text}, {waitUntil: '+1h'});
  await add_text();
  const evil = await connect(`${host.url}/tasks`);
  const other = await connect(`${host.url}/tasks`);
  after(() => [evil, other].forEach((client) => client.disconnect()));
  const view = follow(other, await ask(other, 'subscribeQuery', {queryObj: {'data.mark': 'quick'}}));
  const started = performance.now();
  const lists = Array.from({length: 10}, (_, i) => ask(evil, 'subscribeQuery', {...endless, limit: 10 + i}));
  for (let i = 1; i <= 20; ++i) {
    if (i % 4 === 0) await add_text();
    await add(socket, 'noop#1', {mark: 'quick'}, {waitUntil: '+1h'});
    await until(other, () => view.list.length === i);
  }
  const spent_ms = performance.now() - started;
  for (const {list} of await Promise.all(lists)) assert.deepEqual(list, []);
  assert.ok(!evil.seen.some(({event}) => event === 'change'));
  assert.ok(spent_ms < 20_000, `${spent_ms} ms for 20 changes`);  // 10 queries, 6 texts, 30 ms each, and what else runs
  const response = await fetch(`${host.url}/api/v1/tasks?${parameters_of(endless)}`);
  assert.deepEqual(await response.json(), []);
});

test('places forged, cut, or of another server give one list anew, and the stream goes on', async () => {
  const marked = {queryObj: {'data.mark': 'places'}};
  const {subscriptionId} = await ask(socket, 'subscribeQuery', marked);
  const other = await start_host();
  after(other.end);
  const there = await connect(`${other.url}/tasks`);
  const {subscriptionId: foreign} = await ask(there, 'subscribeQuery', marked);
  there.disconnect();
  const [number, signature] = subscriptionId.split('.');
  const places = {forged: `${number}.${signature.replace(/./g, 'f')}`, cut: subscriptionId.slice(0, -1), 'of another server': foreign,
    'another number': `${number}1.${signature}`, 'no signature': number, 'a megabyte': 'x'.repeat(900_000), 'no text at all': ''};
  for (const [what, id] of Object.entries(places)) {
    const answer = await ask(socket, 'subscribeQuery', {...marked, resume: {subscriptionId: id, seq: 0}});
    assert.deepEqual([answer.reset, answer.list, answer.seq, answer.error], [true, [], 0, undefined], what);
    if (id.length > 10_000) continue;  // no header is so long
    const stream = await fetch(`${host.url}/api/v1/tasks/watch?${parameters_of(marked)}`, {headers: {'Last-Event-ID': `${id}:0`}});
    const {value} = await stream.body.getReader().read();
    assert.match(Buffer.from(value).toString(), /^id: [0-9a-f.]+:0\nevent: list\ndata: \[\]\n\n/, what);
  }
  for (const id of ['', ':', 'x', `${subscriptionId}:-1`, `${subscriptionId}:x`, `${subscriptionId}:18446744073709551616`]) {
    const stream = await fetch(`${host.url}/api/v1/tasks/watch?${parameters_of(marked)}`, {headers: {'Last-Event-ID': id}});
    const {value} = await stream.body.getReader().read();
    assert.match(Buffer.from(value).toString(), /event: list\n/, id);
  }
});
