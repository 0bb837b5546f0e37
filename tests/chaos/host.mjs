// One host: a process that can be killed, stopped by the machine, ended politely, and started again at the same port.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs';
import net from 'node:net';

const program = process.env.CHAOS_HOST ?? new URL('../../build/tests/chaos_host', import.meta.url).pathname;

export async function free_port() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const {port} = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

export class Host {
  #stopped = [];

  constructor({name, port, store, runs_file, log_file}) {
    Object.assign(this, {name, port, store, runs_file, log_file, url: `http://127.0.0.1:${port}`});
  }

  start() {
    const log = fs.openSync(this.log_file, 'a');
    this.process = spawn('setpriv', ['--pdeathsig', 'KILL', program, this.store, this.port, this.name, this.runs_file],
      {stdio: ['ignore', log, log]});
    fs.closeSync(log);
    // 3: the store was not there to begin with. Whoever looks after a host starts it again.
    this.process.on('exit', (code, signal) => {
      if (code === 3) setTimeout(() => this.start(), 200);
      else if (signal !== 'SIGKILL' && code !== 0) this.crash ??= code ?? signal;
    });
  }

  signal(name) { this.process.kill(name); }

  async gone() {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit');
  }

  // Its own clock went on while the process did not: what it ran then may overlap with others.
  note_stopped(from, to) { this.#stopped.push({from, to}); }
  was_stopped(from, to) { return this.#stopped.some((span) => span.from < to && from < span.to); }

  async ready(patience_ms = 60_000) {
    const deadline = Date.now() + patience_ms;
    for (;;) {
      const answer = await fetch(`${this.url}/readyz`, {signal: AbortSignal.timeout(2_000)}).catch(() => undefined);
      if (answer?.ok) return;
      if (Date.now() > deadline) throw new Error(`${this.name} is not ready after ${patience_ms} ms; see ${this.log_file}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
