import assert from 'node:assert/strict';
import test from 'node:test';
import {allowed_actions} from '../page/allowed_actions.js';
import {query_object, toggled} from '../page/filter.js';
import {add_line} from '../page/log_lines.js';
import {new_task, offered_topics} from '../page/new_task.js';
import {list_href, parse_route} from '../page/route.js';
import {task_place} from '../page/task_place.js';

test('each state has its actions', () => {
  const of = (task) => allowed_actions(task).sort().join(' ');
  assert.equal(of({state: 'to do'}), 'remove stop');
  assert.equal(of({state: 'running', worker: 'w', availableActions: {stop: true, pause: true}}), 'pause stop');
  assert.equal(of({state: 'running', worker: 'w', availableActions: {stop: true}}), 'stop');
  assert.equal(of({state: 'running', worker: 'w'}), '');
  assert.equal(of({state: 'paused', worker: 'w', availableActions: {stop: true, resume: true}}), 'resume stop');
  assert.equal(of({state: 'paused', availableActions: {stop: true, resume: true}}), 'remove resume stop');
  assert.equal(of({state: 'completed', outcome: 'failed'}), 'remove retry');
});

test('a task that is being stopped is asked nothing more', () => {
  const task = {state: 'running', worker: 'w', availableActions: {stop: true, pause: true}, signal: {op: 'stop'}};
  assert.deepEqual(allowed_actions(task), []);
});

test('a filter becomes a query', () => {
  const of = (statuses, topics = []) => query_object({statuses, topics});
  assert.deepEqual(of([]), {});
  assert.deepEqual(of(['running', 'to do']), {state: {$in: ['running', 'to do']}});
  assert.deepEqual(of(['failed']), {outcome: {$in: ['failed', 'dead']}});
  assert.deepEqual(of(['paused', 'failed'], ['a#1']),
    {$or: [{state: {$in: ['paused']}}, {outcome: {$in: ['failed', 'dead']}}], versionedTopic: {$in: ['a#1']}});
  assert.deepEqual(toggled(['a', 'b'], 'a'), ['b']);
  assert.deepEqual(toggled(['a'], 'b'), ['a', 'b']);
});

test('an address keeps the filter, and what it does not know does no harm', () => {
  const filter = {statuses: ['to do', 'failed'], topics: ['a#1', 'b & c#2'], sort: 'oldest'};
  assert.deepEqual(parse_route(list_href(filter)).filter, filter);
  assert.equal(list_href({statuses: [], topics: [], sort: 'newest'}), '#/');
  assert.deepEqual(parse_route('#/?state=weird&sort=constructor').filter, {statuses: [], topics: [], sort: 'newest'});
  assert.deepEqual(parse_route('#/tasks/0123456789abcdef01234567'), {id: '0123456789abcdef01234567'});
  assert.ok(parse_route('#/tasks/../etc').filter);
});

test('a typed download becomes a task, empty fields left out', () => {
  assert.deepEqual(new_task({topic: 'download#1', url: ' http://h/a ', path: '', rate: '1m', priority: '3'}),
    {versionedTopic: 'download#1', data: {url: 'http://h/a', bytesPerSecond: 1048576}, priority: 3});
  assert.deepEqual(new_task({topic: 'sleep#1', ms: '500'}), {versionedTopic: 'sleep#1', data: {ms: 500}});
  assert.deepEqual(new_task({topic: 'other', other: 'x#1', json: '[1]', unique_key: 'k', wait_until: '+10s', max_attempts: '1'}),
    {versionedTopic: 'x#1', data: [1], uniqueKey: 'k', waitUntil: '+10s', maxAttempts: 1});
  assert.deepEqual(new_task({topic: 'noop#1'}), {versionedTopic: 'noop#1'});
});

test('the topics that the host runs are offered, and any other', () => {
  assert.deepEqual(offered_topics({instance: 'a', topics: ['mine#1']}), ['mine#1', 'other']);
  assert.deepEqual(offered_topics({}), ['other']);
});

test('what cannot be sent names its field', () => {
  assert.throws(() => new_task({topic: 'other', other: ' '}), /^Error: Topic/);
  assert.throws(() => new_task({topic: 'noop#1', json: '{'}), /^Error: Data: this is not JSON/);
  assert.throws(() => new_task({topic: 'download#1', rate: 'fast'}), /^Error: Rate limit: "fast"/);
  assert.throws(() => new_task({topic: 'sleep#1', ms: 'x'}), /^Error: Milliseconds: "x"/);
});

test('a task of this host is followed on the connection there is, any other at its publicUrl', () => {
  assert.deepEqual(task_place('http://a:1/tasks/7', 'a:1', {instance: 'a:1'}), {namespace: '/tasks/7'});
  assert.deepEqual(task_place('http://b:1/tasks/7', 'b:1', {instance: 'a:1'}), {url: 'http://b:1/tasks/7'});
  assert.deepEqual(task_place('http://b:1/tasks/7', undefined, {}), {url: 'http://b:1/tasks/7'});
  assert.equal(task_place('nowhere', 'a', {instance: 'a'}), undefined);
});

test('where the host relays, every task is followed on the connection there is', () => {
  assert.deepEqual(task_place('http://a:1/tasks/7', 'b:1', {instance: 'a:1', relay: true}), {namespace: '/tasks/7'});
});

test('a log line that comes twice is shown once', () => {
  const line = {time: 't', level: 'info', text: 'x'};
  assert.deepEqual(add_line([line], {...line}), [line]);
  assert.equal(add_line([line], {...line, text: 'y'}).length, 2);
});
