import assert from 'node:assert/strict';
import test from 'node:test';
import {apply_change, apply_list, list_from_answer} from '../page/live_list.js';

const start = (...ids) => list_from_answer({subscriptionId: 's', seq: 0, list: ids.map((id) => ({id}))});
const ids = (state) => state.list.map(({id}) => id).join('');

test('insert, update and delete act at their position', () => {
  let state = start('a', 'b');
  state = apply_change(state, {seq: 1, operationType: 'insert', position: 1, doc: {id: 'x'}});
  assert.equal(ids(state), 'axb');
  state = apply_change(state, {seq: 2, operationType: 'update', position: 0, doc: {id: 'A'}});
  assert.equal(ids(state), 'Axb');
  state = apply_change(state, {seq: 3, operationType: 'delete', position: 2});
  assert.equal(ids(state), 'Ax');
  assert.equal(state.seq, 3);
});

test('a move is a delete, then an insert counted without it', () => {
  let state = start('a', 'b', 'c');
  state = apply_change(state, {seq: 1, operationType: 'delete', position: 0});
  state = apply_change(state, {seq: 2, operationType: 'insert', position: 2, doc: {id: 'a'}});
  assert.equal(ids(state), 'bca');
});

test('an insert may be the last, and the first of an empty list', () => {
  assert.equal(ids(apply_change(start(), {seq: 1, operationType: 'insert', position: 0, doc: {id: 'a'}})), 'a');
});

test('a gap, a repeated step, a position outside and an unknown step ask for the list anew', () => {
  const state = start('a');
  for (const change of [
    {seq: 2, operationType: 'delete', position: 0}, {seq: 0, operationType: 'delete', position: 0},
    {seq: 1, operationType: 'delete', position: 1}, {seq: 1, operationType: 'insert', position: 2, doc: {id: 'x'}},
    {seq: 1, operationType: 'update', position: -1, doc: {id: 'x'}}, {seq: 1, operationType: 'delete'},
    {seq: 1, operationType: 'swap', position: 0},
  ]) assert.equal(apply_change(state, change), undefined, JSON.stringify(change));
});

test('servers that count no steps are followed too', () => {
  assert.equal(ids(apply_change(start('a'), {operationType: 'delete', position: 0})), '');
});

test('a list replaces everything and sets the count', () => {
  const state = apply_list(start('a'), [{id: 'z'}], {subscriptionId: 's', seq: 7});
  assert.equal(ids(state), 'z');
  assert.equal(ids(apply_change(state, {seq: 8, operationType: 'delete', position: 0})), '');
});

test('a state is never changed in place', () => {
  const state = start('a', 'b');
  apply_change(state, {seq: 1, operationType: 'delete', position: 0});
  assert.equal(ids(state), 'ab');
  assert.equal(state.seq, 0);
});
