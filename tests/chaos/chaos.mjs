// Three mongods, three hosts, adders, subscribers, and faults; then everything is mended, and what happened is judged.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {parseArgs} from 'node:util';
import {MongoClient} from 'mongodb';
import {wreak} from './faults.mjs';
import {History, judge_adds, judge_list, judge_runs} from './history.mjs';
import {free_port, Host} from './host.mjs';
import {ask, Load} from './load.mjs';
import {Observer} from './observer.mjs';
import {ReplicaSet} from './replica_set.mjs';
import {queries, Subscriber} from './subscriber.mjs';

const usage = `usage: tests/chaos/run [--seconds 60] [--seed N] [--election-ms 3000] [--keep]

Breaks three hosts and the three mongods under them for so many seconds, mends all, waits until every task has ended, and
judges what happened. Exit code 0: nothing acknowledged was lost, no outcome was recorded twice, no task had two holders,
each list is what its query gives. --keep leaves the folder with all logs; a failure leaves it too.
`;
const {values} = parseArgs({options: {seconds: {type: 'string', default: '60'}, seed: {type: 'string'}, help: {type: 'boolean'},
  'election-ms': {type: 'string', default: '3000'}, keep: {type: 'boolean'}}});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const began = Date.now();
const say = (text) => console.log(`${((Date.now() - began) / 1_000).toFixed(1).padStart(6)}  ${text}`);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chaos.'));

// Mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
function random_of(seed) {
  return () => {
    seed = seed + 0x6d2b79f5 | 0;
    let t = Math.imul(seed ^ seed >>> 15, 1 | seed);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

async function until(what, seconds, look) {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const rest = await look().catch((error) => error.message);
    if (rest === undefined) return;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s: ${rest}`);
    await sleep(100);
  }
}

// Resumes what stands paused until every task has ended.
async function all_ended(hosts, collection) {
  await until('every task has ended', 60, async () => {
    for (const {_id} of await collection.find({state: 'paused'}).toArray())
      await ask(`${hosts[0].url}/api/v1/tasks/${_id}/resume`, 'POST').catch(() => {});
    const left = await collection.find({state: {$ne: 'completed'}}).limit(3).toArray();
    return left.length ? JSON.stringify(left) : undefined;
  });
}

// Whether it is the host that is wrong, or what it told to one client.
async function lists_of_newcomers(hosts, look) {
  const newcomers = hosts.map((host) => new Subscriber({...host, name: `newcomer at ${host.name}`, url: host.url}));
  await until('newcomers', 5, async () => newcomers.every((one) => one.is_subscribed()) ? undefined : 'not yet').catch(() => {});
  const found = await look(newcomers);
  newcomers.forEach((one) => one.end());
  return found;
}

async function judge_lists(hosts, subscribers) {
  const look = async (judged = subscribers) => {
    const found = [];
    for (const [name, {queryObj, sort, limit}] of Object.entries(queries)) {
      const parameters = new URLSearchParams({query: JSON.stringify(queryObj ?? {}), limit: limit ?? 1_000,
        ...sort && {sort: JSON.stringify(sort)}});
      const wanted = await ask(`${hosts[0].url}/api/v1/tasks?${parameters}`);
      for (const subscriber of judged) found.push(...judge_list(`${subscriber.name}: ${name}`, subscriber.list(name), wanted));
    }
    return found;
  };
  let found;
  await until('lists', 10, async () => (found = await look()).length ? 'differ' : undefined).catch(() => {});
  if (found.length) found.push(...await lists_of_newcomers(hosts, look));
  return [...found, ...subscribers.filter(({gaps}) => gaps).map(({name, gaps}) => ({rule: 'seq has no gap', name, gaps}))];
}

async function main() {
  say(`seed ${seed}, ${values.seconds} s of faults, in ${folder}`);
  const random = random_of(seed);
  const replica_set = await ReplicaSet.start(folder, {election_ms: Number(values['election-ms'])});
  const client = await new MongoClient(`${replica_set.uri('observer')}&w=majority&journal=true`).connect();
  const collection = client.db().collection('tasks');
  const history = new History();
  await client.db().createCollection('observer');
  const observer = await Observer.start(client.db(), 'tasks', history);
  const runs_file = path.join(folder, 'runs.jsonl');
  const hosts = [];
  for (const n of [0, 1, 2])
    hosts.push(new Host({name: `host${n}`, port: await free_port(), runs_file, log_file: path.join(folder, `host${n}.log`),
      store: replica_set.uri(`chaos-host-${n}`)}));
  for (const host of hosts) host.start();
  await Promise.all(hosts.map((host) => host.ready()));
  say('three hosts are ready');
  const subscribers = hosts.map((host) => new Subscriber(host));
  const load = new Load({hosts, collection, random});

  const counts = await wreak({hosts, replica_set, random, until_ms: Date.now() + Number(values.seconds) * 1_000, say});
  say('no more faults: all is to be whole again');
  await Promise.all(hosts.map((host) => host.ready()));
  await load.end();
  say('every add was acknowledged');
  await all_ended(hosts, collection);
  say('every task has ended');

  const tasks = await collection.find().toArray();
  const lists = await judge_lists(hosts, subscribers);
  await observer.end();
  for (const subscriber of subscribers) {
    subscriber.end();
    fs.writeFileSync(path.join(folder, `subscriber-${subscriber.name}.log`), subscriber.journal.join('\n'));
  }
  hosts.forEach((host) => host.signal('SIGTERM'));
  await Promise.all(hosts.map((host) => host.gone()));
  const runs = fs.readFileSync(runs_file, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const excused = (name, from, to) => hosts.find((host) => host.name === name).was_stopped(from, to);
  const violations = [...history.violations, ...judge_adds(load.acknowledged, tasks), ...judge_runs(runs, tasks, excused), ...lists,
    ...hosts.filter(({crash}) => crash !== undefined).map(({name, crash}) => ({rule: 'a host does not crash', name, crash}))];

  await client.close();
  await replica_set.end();
  report({counts, history, load, tasks, runs, subscribers, violations});
  if (violations.length === 0 && !values.keep) fs.rmSync(folder, {recursive: true, force: true});
  process.exit(violations.length ? 1 : 0);
}

function report({counts, history, load, tasks, runs, subscribers, violations}) {
  const sum = (name) => subscribers.reduce((total, subscriber) => total + subscriber[name], 0);
  const by_outcome = {};
  for (const {outcome} of tasks) by_outcome[outcome] = (by_outcome[outcome] ?? 0) + 1;
  say(`faults: ${JSON.stringify(counts)}`);
  say(`${tasks.length} tasks, ${load.acknowledged.size} acknowledged, ${load.unacknowledged} answers that were none; ` +
    `${load.signals} signals; ended: ${JSON.stringify(by_outcome)}`);
  say(`${history.events} steps of documents, ${runs.filter(({what}) => what === 'begin').length} runs begun, ` +
    `subscribers: ${sum('resumed')} resumed, ${sum('resets')} given the list anew`);
  for (const violation of violations.slice(0, 10)) console.log(JSON.stringify(violation).slice(0, 3_000));
  for (const id of new Set(violations.flatMap(({wrong}) => wrong ?? [])))
    console.log(`steps of ${id}: ${JSON.stringify(history.steps.get(id))}`);
  say(`${violations.length} violations${violations.length ? `; seed ${seed}; everything is in ${folder}` : ''}`);
}

main().catch((error) => {
  console.error(error);
  console.error(`seed ${seed}; everything is in ${folder}`);
  process.exit(1);
});
