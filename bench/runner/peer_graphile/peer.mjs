// graphile-worker over PostgreSQL, measured as bench_runner measures: no-op tasks with 100 B of data.
//   node peer.mjs --tasks N --samples N --dir DIR     prints one line of JSON with the keys of bench_runner
import pg from 'pg';
import {Logger, makeWorkerUtils, run} from 'graphile-worker';
import {EventEmitter} from 'node:events';
import {tmpdir} from 'node:os';
import {parseArgs} from 'node:util';
import {start_cluster} from './cluster.mjs';

const {values: options} = parseArgs({options: {
  tasks: {type: 'string', default: '100000'}, samples: {type: 'string', default: '2000'}, dir: {type: 'string', default: tmpdir()},
  'concurrent-jobs': {type: 'string', default: '24'}, 'local-queue': {type: 'string', default: '500'},
}});
const tasks = Number(options.tasks);
const batch = 1000;
const payload = {text: 'x'.repeat(80), n: 1};

const cluster = start_cluster(options.dir);
const pool = new pg.Pool({connectionString: cluster.url, max: 2});
// The settings of https://worker.graphile.org/docs/performance
const preset = {worker: {
  connectionString: cluster.url, maxPoolSize: Number(options['concurrent-jobs']) + 1, concurrentJobs: Number(options['concurrent-jobs']), localQueue: {size: Number(options['local-queue'])},
  completeJobBatchDelay: 0, failJobBatchDelay: 0, logger: new Logger(() => () => {}),
}};
const utils = await makeWorkerUtils({preset});
await utils.migrate();

async function add(count) {
  const spec = {identifier: 'noop', payload};
  for (let done = 0; done < count; done += batch)
    await utils.addJobs(Array.from({length: Math.min(batch, count - done)}, () => spec));
}

const left = async () => Number((await pool.query('select count(*) from graphile_worker._private_jobs')).rows[0].count);

let on_body = () => {};
async function start_host() {
  const events = new EventEmitter();
  events.setMaxListeners(0);
  const runner = await run({preset: {worker: {...preset.worker, events}}, noHandleSignals: true,
    taskList: {noop: () => on_body()}});
  return {runner, events};
}

/// Done is what is gone from the table: completed durably.
async function until_done(count, begin) {
  let bodies = 0;
  const all_ran = new Promise((resolve) => { on_body = () => { if (++bodies === count) resolve(); }; });
  const start = process.hrtime.bigint();
  const host = await begin();
  await all_ran;
  while (await left()) await new Promise((resolve) => setTimeout(resolve, 2));
  const rate = count / (Number(process.hrtime.bigint() - start) / 1e9);
  await host.runner.stop();
  return rate;
}

async function loaded() {
  await add(tasks);
  await pool.query('analyze graphile_worker._private_jobs');
  return until_done(tasks, start_host);
}

async function whole_cycle() {
  const host = await start_host();
  const rate = await until_done(tasks, async () => {
    add(tasks);
    return host;
  });
  return rate;
}

const percentile = (values, share) => values.sort((a, b) => a - b)[Math.max(Math.ceil(share * values.length), 1) - 1];

async function pickup(samples) {
  const {runner, events} = await start_host();
  const from_call = [];
  for (let i = 0; i < samples; ++i) {
    await new Promise((resolve) => setTimeout(resolve, 2 * Math.random()));
    const began = new Promise((resolve) => { on_body = () => resolve(process.hrtime.bigint()); });
    const completed = new Promise((resolve) => { events.once('job:complete', resolve); });
    const asked = process.hrtime.bigint();
    await utils.addJob('noop', payload);
    from_call.push(Number((await began) - asked) / 1e6);
    await completed;
  }
  await runner.stop();
  return from_call;
}

const out = {};
const note = (key, unit, value) => { out[key] = {unit, values: [value]}; };
if (tasks) {
  note('claim_complete', 'tasks/s', await loaded());
  note('whole_cycle', 'tasks/s', await whole_cycle());
}
if (Number(options.samples)) {
  const from_call = await pickup(Number(options.samples));
  note('pickup_p50', 'ms', percentile(from_call, 0.5));
  note('pickup_p99', 'ms', percentile(from_call, 0.99));
  note('pickup_max', 'ms', percentile(from_call, 1));
}
await utils.release();
await pool.end().catch(() => {});
cluster.stop();
console.log(JSON.stringify(out));
