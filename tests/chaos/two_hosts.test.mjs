// Two hosts take one pile of tasks: each runs once. Counted by the tasks themselves, not by what the store says of them.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {test} from 'node:test';
import {MongoClient} from 'mongodb';
import {free_port, Host} from './host.mjs';
import {ReplicaSet} from './replica_set.mjs';

const count = 20_000;

test('two hosts run twenty thousand tasks, each of them once', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'two-hosts.'));
  const replica_set = await ReplicaSet.start(folder, {election_ms: 10_000});
  const client = await new MongoClient(replica_set.uri('observer')).connect();
  const hosts = [];
  t.after(async () => {
    hosts.forEach((host) => host.signal('SIGKILL'));
    await client.close();
    await replica_set.end();
    fs.rmSync(folder, {recursive: true, force: true});
  });
  const now = new Date().toISOString();
  const collection = client.db().collection('tasks');
  const changes = collection.watch([{$match: {'updateDescription.updatedFields.state': 'completed'}}]);
  await changes.tryNext();
  await collection.insertMany(Array.from({length: count}, () =>
    ({state: 'to do', versionedTopic: 'count#1', data: {ms: 0, failures: 0}, createdAt: now, updatedAt: now})));
  const runs_file = path.join(folder, 'runs.jsonl');
  for (const name of ['host0', 'host1'])
    hosts.push(new Host({name, port: await free_port(), store: replica_set.uri(name), runs_file, log_file: path.join(folder, name)}));
  hosts.forEach((host) => host.start());
  for (let ended = 0; ended < count; ++ended) await changes.next();
  await changes.close();
  const begun = fs.readFileSync(runs_file, 'utf8').trim().split('\n').map((line) => JSON.parse(line)).filter(({what}) => what === 'begin');
  assert.equal(begun.length, count);
  assert.equal(new Set(begun.map(({id}) => id)).size, count);
  const by_host = Object.fromEntries(hosts.map(({name}) => [name, begun.filter(({host}) => host === name).length]));
  assert.ok(Object.values(by_host).every((ran) => ran > 0), JSON.stringify(by_host));
  t.diagnostic(JSON.stringify(by_host));
});
