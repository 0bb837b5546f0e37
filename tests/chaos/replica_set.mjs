// Three mongods behind proxies. The members know each other by the proxies' ports, and so does everybody else.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import {MongoClient} from 'mongodb';
import {free_port} from './host.mjs';
import {Proxy} from './proxy.mjs';

const own = new URL('../../build/tools/mongod', import.meta.url).pathname;
const binary = fs.existsSync(own) ? own : 'mongod';

class Member {
  constructor(port, folder) {
    this.port = port;
    this.folder = folder;
    this.proxy = new Proxy(port);
    fs.mkdirSync(folder);
  }

  start() {
    // The kernel ends it with this process, however that ends.
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', binary, '--dbpath', this.folder, '--port', this.port,
      '--bind_ip', '127.0.0.1', '--replSet', 'rs', '--nounixsocket', '--oplogSize', '512', '--wiredTigerCacheSizeGB', '0.5',
      '--logpath', `${this.folder}.log`, '--logappend', '--setParameter', 'diagnosticDataCollectionEnabled=false'],
    {stdio: 'ignore'});
  }

  async kill() {
    this.process.kill('SIGKILL');
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
  }

  // One command, straight to this member.
  async command(document) {
    const client = new MongoClient(`mongodb://127.0.0.1:${this.port}/?directConnection=true&serverSelectionTimeoutMS=500`);
    try {
      return await client.db('admin').command(document);
    } finally {
      await client.close(true);
    }
  }
}

export class ReplicaSet {
  static async start(folder, {election_ms}) {
    const set = new ReplicaSet();
    set.members = [];
    for (const i of [0, 1, 2]) set.members.push(new Member(await free_port(), path.join(folder, `member${i}`)));
    const ports = await Promise.all(set.members.map(({proxy}) => proxy.listen()));
    for (const member of set.members) member.start();
    for (const member of set.members) await retry(() => member.command({ping: 1}));
    const members = ports.map((port, i) => ({_id: i, host: `127.0.0.1:${port}`}));
    await set.members[0].command({replSetInitiate: {_id: 'rs', members, settings: {electionTimeoutMillis: election_ms}}});
    set.uri = (app) => `mongodb://${members.map(({host}) => host).join(',')}/chaos?replicaSet=rs&appName=${app}`;
    await retry(() => set.primary());
    return set;
  }

  // The member that is primary now; an error where there is none.
  async primary() {
    for (const member of this.members) {
      const answer = await member.command({hello: 1}).catch(() => ({}));
      if (answer.isWritablePrimary) return member;
    }
    throw new Error('there is no primary');
  }

  cut(host) { for (const {proxy} of this.members) proxy.cut(host); }
  heal(host) { for (const {proxy} of this.members) proxy.heal(host); }

  async end() {
    for (const member of this.members) member.proxy.close();
    await Promise.all(this.members.map((member) => member.kill()));
  }
}

async function retry(attempt) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
