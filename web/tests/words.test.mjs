import assert from 'node:assert/strict';
import test from 'node:test';
import {format_age, format_bytes, format_seconds, parse_bytes} from '../page/format.js';
import {last_error, progress_words, result_words, task_status, task_title} from '../page/task_words.js';

test('bytes are read in powers of 1024', () => {
  assert.deepEqual([0, 1023, 1024, 1536, 1024 ** 3, 200 * 1024 ** 2].map(format_bytes),
    ['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '1.0 GiB', '200 MiB']);
});

test('a rate is typed as plain bytes or with a unit', () => {
  assert.deepEqual(['500k', '2m', '1.5 MiB/s', '1000', ' 3 kB '].map(parse_bytes), [512000, 2097152, 1572864, 1000, 3072]);
  assert.deepEqual(['fast', '-1', '1x', ''].map(parse_bytes), [undefined, undefined, undefined, undefined]);
});

test('durations use the units that people do', () => {
  assert.deepEqual([0.44, 9, 59.6, 90, 125, 180, 3_600, 7_260, 300_000].map(format_seconds),
    ['0.4 s', '9 s', '60 s', '90 s', '2 min 5 s', '3 min', '1 h', '2 h 1 min', '3 days']);
  assert.equal(format_age('2026-01-01T00:00:00.000Z', Date.parse('2026-01-01T00:20:00.000Z')), '20 min ago');
  assert.equal(format_age('2026-01-01T01:00:00.000Z', Date.parse('2026-01-01T00:00:00.000Z')), 'in 1 h');
});

test('a download is called by its path, or by its URL\'s last part', () => {
  const task = (data) => ({versionedTopic: 'download#1', data});
  assert.equal(task_title(task({url: 'http://h/a/b.iso?x=1', path: 'c.iso'})), 'c.iso');
  assert.equal(task_title(task({url: 'http://h/a/b.iso?x=1'})), 'b.iso');
  assert.equal(task_title({versionedTopic: 'report#1', data: {a: 1}}), '{"a":1}');
  assert.equal(task_title({versionedTopic: 'report#1'}), 'report#1');
  assert.equal(task_title({versionedTopic: 'download#1', data: null}), 'download#1');
});

test('how a task ended is known of old runners too', () => {
  assert.equal(task_status({state: 'running'}), 'running');
  assert.equal(task_status({state: 'completed', outcome: 'dead'}), 'dead');
  assert.equal(task_status({state: 'completed', response: {state: 'error', error: 'no'}}), 'failed');
  assert.equal(task_status({state: 'completed'}), 'success');
  assert.equal(last_error({errors: [{text: 'a'}, {text: 'b'}]}), 'b');
  assert.equal(last_error({response: {state: 'error', error: 'no'}}), 'no');
});

test('progress says amount, rate and time left; a paused task has neither rate nor end', () => {
  const progress = {spent: 1024 ** 2, total: 4 * 1024 ** 2, bytesPerSecond: 1024, etaSeconds: 30};
  assert.deepEqual(progress_words({versionedTopic: 'download#1', state: 'running'}, progress),
    {fraction: 0.25, amount: '1.0 MiB of 4.0 MiB', rate: '1.0 KiB/s', left: '30 s left'});
  assert.deepEqual(progress_words({versionedTopic: 'download#1', state: 'paused'}, progress),
    {fraction: 0.25, amount: '1.0 MiB of 4.0 MiB', rate: '', left: ''});
});

test('progress of any shape is borne', () => {
  for (const progress of [undefined, null, 'half', 5, {}, {spent: 1}, {spent: 1, total: 0}, {total: 5}]) {
    assert.equal(progress_words({versionedTopic: 'x#1', state: 'running'}, progress).fraction, undefined);
  }
  assert.equal(progress_words({versionedTopic: 'x#1', state: 'running'}, {spent: 9, total: 5}).fraction, 1);
});

test('a result in a line', () => {
  assert.equal(result_words({response: {bytes: 1024, seconds: 2}}), '1.0 KiB in 2 s');
  assert.equal(result_words({response: {ms: 5}}), '');
  assert.equal(result_words({}), '');
});
