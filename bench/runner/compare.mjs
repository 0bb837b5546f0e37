#!/usr/bin/env node
// compare.mjs [--runs 5] [--tasks 100000] [--samples 2000] [--dir DIR] [--bench build/bench/bench_runner]
// bench_runner and graphile-worker by turns on the same disk; prints a table with the ratio. The peer is installed into
// its folder where it is not yet; it needs node 20 and Debian's postgresql.
import {execFileSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {parseArgs} from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const peer = join(here, 'peer_graphile');
const {values: options} = parseArgs({options: {
  runs: {type: 'string', default: '5'}, tasks: {type: 'string', default: '100000'}, samples: {type: 'string', default: '2000'},
  dir: {type: 'string', default: tmpdir()}, bench: {type: 'string', default: join(here, '../../build/bench/bench_runner')},
}});

if (!existsSync(join(peer, 'node_modules')))
  execFileSync('npm', ['ci', '--prefix', peer, '--no-audit', '--no-fund'], {stdio: 'inherit'});

const load = ['--tasks', options.tasks, '--samples', options.samples, '--dir', options.dir];
const measure = (command, args) => JSON.parse(execFileSync(command, [...args, ...load], {stdio: ['ignore', 'pipe', 'inherit']}));

function gather(into, measured) {
  for (const [key, {unit, values}] of Object.entries(measured)) (into[key] ??= {unit, values: []}).values.push(...values);
}

const ours = {};
const theirs = {};
for (let run = 0; run < Number(options.runs); ++run) {
  gather(ours, measure(options.bench, ['--runs', '1', '--json']));
  gather(theirs, measure('node', [join(peer, 'peer.mjs')]));
}

const sorted = (values) => [...values].sort((a, b) => a - b);
const median = (values) => sorted(values)[Math.ceil(values.length / 2) - 1];
const short = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(2));
const spread = (values) => `${short(median(values))} (${short(sorted(values)[0])} … ${short(sorted(values).at(-1))})`;
console.log(`${options.tasks} tasks, ${options.samples} pickups, ${options.runs} runs by turns: median (least … most)\n`);
console.log('| figure | this runner, SQLite | graphile-worker, PostgreSQL | ratio |\n| --- | ---: | ---: | ---: |');
for (const [key, {unit, values}] of Object.entries(theirs)) {
  if (!ours[key]) continue;
  const ratio = median(ours[key].values) / median(values);
  console.log(`| ${key}, ${unit} | ${spread(ours[key].values)} | ${spread(values)} | ${ratio.toFixed(2)} |`);
}
