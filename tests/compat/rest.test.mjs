// HTTP: real answers against /openapi.json, and what is refused.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import {start_host, unknown_id} from './host.mjs';

let host;
let document;
const ajv = new Ajv2020({strict: false});
before(async () => {
  host = await start_host();
  document = await (await fetch(`${host.url}/openapi.json`)).json();
  ajv.addSchema(document, 'openapi');
});
after(() => host?.end());

const resolve = (part) => part.$ref ? part.$ref.slice(2).split('/').reduce((at, name) => at[name], document) : part;
const pointer = (path) => path.map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');

// Where the document says what this answer must look like; fails where it says nothing.
function schema_of(template, method, response) {
  const answers = document.paths[template][method].responses;
  const status = String(response.status) in answers ? String(response.status) : 'default';
  const type = response.headers.get('content-type')?.split(';')[0];
  const answer = resolve(answers[status]);
  if (response.status === 204) return true;
  assert.ok(answer.content?.[type], `${method} ${template} ${response.status} ${type} is not in the document`);
  const start = answers[status].$ref ? answers[status].$ref.slice(2).split('/') : ['paths', template, method, 'responses', status];
  return {$ref: `openapi#/${encodeURI(pointer([...start, 'content', type, 'schema']))}`};
}

async function call(template, method = 'get', {path = template, body, headers = {}} = {}) {
  if (body !== undefined) headers = {'content-type': 'application/json', ...headers};
  const response = await fetch(host.url + path, {method: method.toUpperCase(), headers,
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body)});
  const text = await response.text();
  const is_json = /[/+]json/.test(response.headers.get('content-type'));
  const json = text && is_json ? JSON.parse(text) : text;
  const schema = schema_of(template, method, response);
  if (is_json)
    assert.ok(ajv.validate(schema, json), `${method} ${path}: ${ajv.errorsText()}: ${text}`);
  return {status: response.status, json, headers: response.headers};
}

const tasks = '/api/v1/tasks';
const one = '/api/v1/tasks/{id}';
const act = '/api/v1/tasks/{id}/{action}';

async function until_state(id, state) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const {json} = await call(one, 'get', {path: `${tasks}/${id}`});
    if (json.state === state) return json;
    assert.ok(Date.now() < deadline, `the task never became ${state}: ${JSON.stringify(json)}`);
    await new Promise((done) => setTimeout(done, 20));
  }
}

test('add, get, list, act, logs, remove', async () => {
  const added = await call(tasks, 'post', {body: {versionedTopic: 'sleep#1', data: {ms: 60_000}, priority: 2}});
  assert.equal(added.status, 201);
  const {id} = added.json;
  assert.equal(added.headers.get('location'), `${tasks}/${id}`);
  await until_state(id, 'running');
  const query = encodeURIComponent(JSON.stringify({id}));
  const {json: [listed]} = await call(tasks, 'get', {path: `${tasks}?query=${query}&sort=${encodeURIComponent('{"priority":-1}')}&limit=1`});
  assert.equal(listed.id, id);
  assert.equal((await call(one, 'delete', {path: `${tasks}/${id}`})).status, 409);
  assert.equal((await call(act, 'post', {path: `${tasks}/${id}/pause`})).status, 200);
  await until_state(id, 'paused');
  await call(act, 'post', {path: `${tasks}/${id}/resume`});
  await call(act, 'post', {path: `${tasks}/${id}/stop`, body: {}});
  await until_state(id, 'completed');
  assert.equal((await call(`${one}/logs`, 'get', {path: `${tasks}/${id}/logs`})).status, 200);
  assert.equal((await call(act, 'post', {path: `${tasks}/${id}/stop`})).status, 409);
  assert.equal((await call(one, 'delete', {path: `${tasks}/${id}`})).status, 204);
  assert.equal((await call(one, 'get', {path: `${tasks}/${id}`})).status, 404);
});

test('many at once; a repeat of a unique key; a conflict', async () => {
  const many = await call(tasks, 'post', {body: [{versionedTopic: 'noop#1'}, {versionedTopic: 'noop#1'}]});
  assert.deepEqual([many.status, many.json.length], [201, 2]);
  assert.equal((await call(tasks, 'post', {body: [{versionedTopic: 'noop#1'}, {versionedTopic: 'nobody#1'}]})).status, 207);
  const body = {versionedTopic: 'noop#1', data: 1, uniqueKey: 'key'};
  const first = await call(tasks, 'post', {body});
  const again = await call(tasks, 'post', {body});
  assert.deepEqual([first.status, again.status, again.json.id], [201, 200, first.json.id]);
  assert.equal((await call(tasks, 'post', {body: {...body, data: 2}})).status, 409);
});

test('export and import: lines come back as they were, each is answered for itself, a repeat does no harm', async () => {
  const ids = [];
  for (const data of [{at: {$date: '2026-01-31T09:30:00Z'}}, 7]) {
    ids.push((await call(tasks, 'post', {body: {versionedTopic: 'noop#1', data, waitUntil: '+1h'}})).json.id);
  }
  const exported = await call(`${tasks}/export`);
  const lines = exported.json.split('\n').filter((line) => ids.some((id) => line.includes(id))).join('\n');
  const headers = {'content-type': 'application/x-ndjson'};
  const take = (body) => call(`${tasks}/import`, 'post', {body, headers});
  assert.deepEqual((await take(lines)).json, {added: 0, known: 2, problems: []});
  for (const id of ids) await call(one, 'delete', {path: `${tasks}/${id}`});
  const partly = await take(`{\n\n${lines}`);
  assert.equal(partly.status, 207);
  assert.deepEqual([partly.json.added, partly.json.problems.map(({line}) => line)], [2, [1]]);
  const page = await call(`${tasks}/export`, 'get', {path: `${tasks}/export?after=${ids[0]}&limit=1`});
  assert.equal(page.json, `${lines.split('\n')[1]}\n`);
  assert.equal((await take(`${lines}\n`.repeat(600))).status, 400);
  assert.equal((await call(`${tasks}/import`, 'post', {body: lines})).status, 415);
  assert.equal((await take('x'.repeat(17 * 1024 * 1024))).status, 413);
});

for (const [name, status, template, method, request] of [
  ['malformed JSON, with the place', 400, tasks, 'post', {body: '{"versionedTopic": }'}],
  ['an unknown topic', 400, tasks, 'post', {body: {versionedTopic: 'nobody#1'}}],
  ['a field that is not there yet', 400, tasks, 'post', {body: {versionedTopic: 'noop#1', dependsOn: []}}],
  ['no JSON by its type', 415, tasks, 'post', {body: '{}', headers: {'content-type': 'text/plain'}}],
  ['a body that is too large', 413, tasks, 'post', {body: `"${'x'.repeat(17 * 1024 * 1024)}"`}],
  ['an unknown id', 404, one, 'get', {path: `${tasks}/${unknown_id}`}],
  ['an id that is none', 404, one, 'get', {path: `${tasks}/xyz`}],
  ['an unknown action', 404, act, 'post', {path: `${tasks}/${unknown_id}/fly`}],
  ['a filter that is no JSON', 400, tasks, 'get', {path: `${tasks}?query=%7B`}],
  ['an operator that is not taken', 400, tasks, 'get', {path: `${tasks}?query=${encodeURIComponent('{"$where":"1"}')}`}],
  ['a limit that is no number', 400, tasks, 'get', {path: `${tasks}?limit=many`}],
  ['a change asked for by a foreign page', 403, tasks, 'post', {body: {versionedTopic: 'noop#1'}, headers: {origin: 'http://evil.example'}}],
]) {
  test(`${name}: ${status} as a problem`, async () => {
    const answer = await call(template, method, request);
    assert.equal(answer.status, status);
    assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
    assert.equal(answer.json.status, status);
  });
}

test('a method that is not possible is answered with those that are', async () => {
  const response = await fetch(host.url + tasks, {method: 'PUT'});
  assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, HEAD, POST']);
});

test('hosts, health, readiness, metrics', async () => {
  const {json: [me]} = await call('/api/v1/hosts');
  assert.ok(me.topics.includes('download#1'));
  assert.equal((await call('/healthz')).status, 200);
  assert.equal((await call('/readyz')).status, 200);
  assert.match((await call('/metrics')).json, /taskrunner_tasks\{state="completed"\} \d+/);
});

test('the page: a strict policy, and 304 where it is known already', async () => {
  const page = await fetch(`${host.url}/`);
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
  assert.match(await page.text(), /<!doctype html>/i);
  const again = await fetch(`${host.url}/`, {headers: {'if-none-match': page.headers.get('etag')}});
  assert.equal(again.status, 304);
  assert.equal((await fetch(`${host.url}/../../etc/passwd`)).status, 404);
});
