// The programs that a test starts: the origin of the downloads, MongoDB, the server under test ($TASK_RUNNER_BIN).
import {spawn} from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const start_timeout_ms = 20_000;

// What a program of tests/support says in its one line, and stop().
async function start_support(name, options) {
  const child = spawn(path.join(root, 'tests/support', name), options, {stdio: ['pipe', 'pipe', 'inherit']});
  const [line] = await once(createInterface({input: child.stdout}), 'line');
  return {...JSON.parse(line), stop: () => ended(child, () => child.stdin.end())};
}

// {url, accessLog, files, stop()}; see tests/support/origin --help.
export const start_origin = (...files) => start_support('origin', files.flatMap((file) => ['--file', file]));

// {uri, stop()}; see tests/support/mongod --help.
export const start_mongod = () => start_support('mongod', []);

async function ended(child, end) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  end();
  await exit;
}

function free_port() {
  return new Promise((resolve, reject) => {
    const server = net.createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const {port} = server.address();
      server.close(() => resolve(port));
    });
  });
}

// A server on a folder of its own. kill() is kill -9; start() again uses the same store, port and downloads.
// `options` are more of serve's; a store among them goes before the folder's own.
export class Server {
  static async create(...options) {
    const server = new Server();
    server.options = options.includes('--store') ? options : ['--store', 'sqlite:tasks.db', ...options];
    server.home = fs.mkdtempSync(path.join(os.tmpdir(), 'task-runner-test-'));
    server.downloads = path.join(server.home, 'downloads');
    server.port = await free_port();
    server.url = `http://127.0.0.1:${server.port}`;
    await server.start();
    return server;
  }

  async start() {
    this.child = spawn(process.env.TASK_RUNNER_BIN, ['serve', ...this.options,
      '--listen', `127.0.0.1:${this.port}`, '--download-dir', this.downloads],
    {cwd: this.home, stdio: ['ignore', fs.openSync(`${this.home}/server.log`, 'a'), fs.openSync(`${this.home}/server.log`, 'a')]});
    const deadline = Date.now() + start_timeout_ms;
    while (!(await this.#answers())) {
      if (this.child.exitCode !== null || Date.now() > deadline) throw new Error(`The server did not start:\n${this.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  log() { return fs.readFileSync(`${this.home}/server.log`, 'utf8'); }
  kill() { return ended(this.child, () => this.child.kill('SIGKILL')); }

  // The one unfinished file below the download folder, or undefined.
  part_file() {
    const parts = fs.readdirSync(this.downloads, {recursive: true}).filter((name) => name.endsWith('.part'));
    return parts.length === 1 ? path.join(this.downloads, parts[0]) : undefined;
  }

  async remove() {
    await this.kill();
    fs.rmSync(this.home, {recursive: true, force: true});
  }

  async #answers() {
    try {
      return (await fetch(`${this.url}/readyz`)).ok;
    } catch {
      return false;
    }
  }
}
