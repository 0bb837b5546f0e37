// The judge finds what it is there for: each rule is broken once, and a right history breaks none.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {apply, History, judge_adds, judge_list, judge_runs} from './history.mjs';

const insert = (fullDocument) => ({operationType: 'insert', documentKey: {_id: 'a'}, fullDocument: {_id: 'a', ...fullDocument}});
const update = (updatedFields, removedFields = []) =>
  ({operationType: 'update', documentKey: {_id: 'a'}, updateDescription: {updatedFields, removedFields}});

const lease = {token: 't1', session: 's1', worker: 'h', state: 'running'};
const added = insert({state: 'to do', rev: 1});
const claimed = update({state: 'running', rev: 2, epoch: 1, worker: 'h', lease});
const completed = update({state: 'completed', rev: 3, outcome: 'success', completedAt: 'now', lease: {token: 't1', state: 'completed'}}, ['worker']);

function broken(...events) {
  const history = new History();
  events.forEach((event) => history.add(event));
  return [...new Set(history.violations.map(({rule}) => rule))];
}

test('a right history breaks no rule', () => {
  assert.deepEqual(broken(added, claimed, completed), []);
  const back = update({state: 'to do', rev: 3}, ['lease', 'worker']);
  const again = update({state: 'running', rev: 4, epoch: 2, worker: 'i', lease: {...lease, token: 't2', session: 's2'}});
  assert.deepEqual(broken(added, claimed, back, again), []);
});

test('each rule is found broken', () => {
  const wrong = {
    'rev grows by one': [added, update({data: 1, rev: 3})],
    'epoch grows by one at a claim, and never else': [added, update({rev: 2, epoch: 1})],
    'a lease is taken only by a claim of what nobody holds': [added, claimed, update({rev: 3, 'lease.token': 't2'})],
    'what is to do is held by nobody': [added, claimed, update({state: 'to do', rev: 3}, ['lease'])],
    'what runs is held': [added, update({state: 'running', rev: 2, epoch: 1, worker: 'h'})],
    'what ended says how, and nobody holds it': [added, update({state: 'completed', rev: 2})],
    'an outcome is final but for a retry': [added, claimed, completed, update({rev: 4, outcome: 'failed'})],
    'success and failure are said by the holder':
      [added, claimed, update({state: 'completed', rev: 3, outcome: 'failed', completedAt: 'now', lease: {token: 't2'}}, ['worker'])],
  };
  for (const [rule, events] of Object.entries(wrong)) assert.ok(broken(...events).includes(rule), rule);
});

test('paths, members of arrays and shortened arrays are applied', () => {
  const before = {a: {b: 1}, list: [1, 2, 3]};
  const event = {operationType: 'update', updateDescription:
    {updatedFields: {'a.c': 2, 'list.0': 9}, removedFields: ['a.b'], truncatedArrays: [{field: 'list', newSize: 2}]}};
  assert.deepEqual(apply(before, event), {a: {c: 2}, list: [9, 2]});
});

test('a lost add, a doubled key and another id are found', () => {
  const rules = (acknowledged, tasks) => judge_adds(new Map(acknowledged), tasks).map(({rule}) => rule);
  assert.deepEqual(rules([['k', 'a']], [{_id: 'a', uniqueKey: 'k'}]), []);
  assert.deepEqual(rules([['k', 'a']], []), ['what was acknowledged is there']);
  assert.deepEqual(rules([['k', 'a']], [{_id: 'b', uniqueKey: 'k'}]), ['what was acknowledged is there']);
  assert.deepEqual(rules([], [{_id: 'a', uniqueKey: 'k'}, {_id: 'b', uniqueKey: 'k'}]), ['a key is one task']);
});

test('runs that overlap, epochs told twice and a success that nobody ran are found', () => {
  const line = (what, epoch, at, host = 'h') => ({what, id: 'a', epoch, at, host});
  const rules = (runs, tasks = [], excused = () => false) => judge_runs(runs, tasks, excused).map(({rule}) => rule);
  const overlap = [line('begin', 1, 0), line('begin', 2, 5, 'i'), line('end', 1, 9), line('end', 2, 12, 'i')];
  assert.deepEqual(rules(overlap), ['runs of one task do not overlap']);
  assert.deepEqual(rules(overlap, [], (host) => host === 'h'), []);
  assert.deepEqual(rules([line('begin', 1, 0), line('begin', 2, 5, 'i'), line('end', 2, 12, 'i')]), []);
  assert.deepEqual(rules([line('begin', 1, 0), line('end', 1, 1), line('begin', 1, 5)]), ['no epoch is told twice']);
  assert.deepEqual(rules([], [{_id: 'a', outcome: 'success', epoch: 1, response: {epoch: 1}}]),
    ['a success is of the run that was counted']);
});

test('a list that differs in a task, a state or the order is found', () => {
  const [a, b] = [{id: 'a', state: 'running'}, {id: 'b', state: 'to do'}];
  assert.deepEqual(judge_list('x', [a, b], [a, b]), []);
  for (const list of [[a], [b, a], [a, {...b, state: 'running'}]]) assert.equal(judge_list('x', list, [a, b]).length, 1);
});
