// What a collection's change stream says, rebuilt document by document, and judged: is each step one that a task may take?
// Pure: events go in, violations come out.
import {BSON} from 'mongodb';

// The document after one event. `updateDescription` names paths; a member of an array by its number.
export function apply(before, event) {
  if (event.operationType === 'insert' || event.operationType === 'replace') return copy(event.fullDocument);
  const after = copy(before);
  const {updatedFields, removedFields, truncatedArrays} = event.updateDescription;
  for (const {field, newSize} of truncatedArrays ?? []) parent(after, field)[last(field)].length = newSize;
  for (const [path, value] of Object.entries(updatedFields)) parent(after, path)[last(path)] = value;
  for (const path of removedFields) delete parent(after, path)[last(path)];
  return after;
}

// As a database would: types such as ObjectId stay what they are.
const copy = (document) => BSON.deserialize(BSON.serialize(document));

const last = (path) => path.split('.').at(-1);
const parent = (document, path) => path.split('.').slice(0, -1).reduce((inner, name) => inner[name] ??= {}, document);

const same = (a, b) => String(a) === String(b);
const held = (task) => task.lease?.session !== undefined;

// Each rule: a name, and whether the step before → after keeps it.
export const rules = {
  'rev grows by one': (a, b) => (a.rev ?? 0) + 1 === b.rev,
  'epoch grows by one at a claim, and never else': (a, b) =>
    (b.epoch ?? 0) === (a.epoch ?? 0) + (a.state === 'to do' && b.state === 'running' ? 1 : 0),
  'a lease is taken only by a claim of what nobody holds': (a, b) =>
    !held(b) || (held(a) ? same(a.lease.token, b.lease.token) && same(a.lease.session, b.lease.session) : a.state === 'to do'),
  'what is to do is held by nobody': (a, b) =>
    b.state !== 'to do' || (!held(b) && b.worker === undefined && b.publicUrl === undefined && b.signal === undefined),
  'what runs is held': (a, b) => b.state !== 'running' || (held(b) && b.worker !== undefined),
  'what ended says how, and nobody holds it': (a, b) =>
    b.state !== 'completed' || (b.outcome !== undefined && !held(b) && b.worker === undefined && b.completedAt !== undefined),
  'an outcome is final but for a retry': (a, b) => a.state !== 'completed' || b.state === 'to do',
  'success and failure are said by the holder': (a, b) =>
    b.state !== 'completed' || a.state === 'completed' || !['success', 'failed'].includes(b.outcome) ||
    (held(a) && same(b.lease?.token, a.lease.token)),
};

export class History {
  tasks = new Map();
  steps = new Map();  // by task: what happened when
  violations = [];
  events = 0;

  add(event) {
    const id = String(event.documentKey._id);
    this.events += 1;
    const before = this.tasks.get(id);
    if (event.operationType === 'delete') return this.tasks.delete(id);
    const after = apply(before, event);
    this.tasks.set(id, after);
    const {rev, state, worker, epoch} = after;
    this.steps.set(id, [...(this.steps.get(id) ?? []), {at: event.wallTime, time: event.clusterTime, rev, state, worker, epoch}]);
    if (before === undefined) return;
    for (const [name, holds] of Object.entries(rules))
      if (!holds(before, after)) this.violations.push({rule: name, id, before, after});
  }
}

function group_by(items, key_of) {
  const groups = new Map();
  for (const item of items) groups.set(key_of(item), [...(groups.get(key_of(item)) ?? []), item]);
  return groups;
}

// What was acknowledged is there once, what was not at most once. `acknowledged`: Map of uniqueKey to id.
export function judge_adds(acknowledged, tasks) {
  const by_key = group_by(tasks.filter(({uniqueKey}) => uniqueKey), ({uniqueKey}) => uniqueKey);
  const violations = [];
  for (const [key, same] of by_key) if (same.length > 1) violations.push({rule: 'a key is one task', key});
  for (const [key, id] of acknowledged)
    if (String(by_key.get(key)?.[0]._id) !== id) violations.push({rule: 'what was acknowledged is there', key, id});
  return violations;
}

// `runs`: the lines of chaos_host, in their order. `excused(host, from, to)`: the machine had stopped that process then.
export function judge_runs(runs, tasks, excused) {
  const violations = [];
  const by_task = group_by(runs, ({id}) => id);
  for (const [id, lines] of by_task) {
    const begins = lines.filter(({what}) => what === 'begin');
    const epochs = begins.map(({epoch}) => epoch);
    if (new Set(epochs).size !== epochs.length) violations.push({rule: 'no epoch is told twice', id, lines});
    const spans = begins.map((begin) => ({...begin, to: end_of(begin, lines)})).sort((a, b) => a.epoch - b.epoch);
    for (let i = 1; i < spans.length; ++i) {
      const [earlier, later] = [spans[i - 1], spans[i]];
      if (later.at < earlier.to && !excused(earlier.host, earlier.at, earlier.to))
        violations.push({rule: 'runs of one task do not overlap', id, lines});
    }
  }
  for (const {_id, outcome, epoch, response} of tasks) {
    if (outcome !== 'success') continue;
    const ended = by_task.get(String(_id))?.some((line) => line.what === 'end' && line.epoch === response.epoch);
    if (!ended || response.epoch !== epoch) violations.push({rule: 'a success is of the run that was counted', id: String(_id)});
  }
  return violations;
}

// A killed host wrote no end: its run took no longer than until the kill, which is before any later claim.
const end_of = ({epoch}, lines) => lines.find((line) => line.what === 'end' && line.epoch === epoch)?.at ?? -Infinity;

// A subscriber's list against the query's answer.
export function judge_list(name, list, wanted) {
  const short = (tasks) => JSON.stringify(tasks.map(({id, state, outcome}) => [id, state, outcome]));
  if (short(list) === short(wanted)) return [];
  const other = new Set(wanted.map(({id, state}) => id + state));
  const wrong = list.filter(({id, state}) => !other.has(id + state)).map(({id}) => id);
  return [{rule: 'a list is what the query gives', name, list: short(list), wanted: short(wanted), wrong}];
}
