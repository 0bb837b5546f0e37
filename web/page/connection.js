// The page's connection to its host: status, requests, events.
import {io} from './lib/socket.io.js';
import {Observable} from './observable.js';

const answer_timeout_ms = 15_000;
// `/` serves the same as the runner's own namespace, which `--namespace` may have renamed.
const namespaces = ['/tasks', '/'];

export class Connection {
  // {state: 'connecting' | 'connected' | 'broken' | 'unknown', reason?, info: what taskRunnerInfo said}; unknown: the host
  // wants to know who is here
  status = new Observable({state: 'connecting', info: {}});
  #handlers = [];
  #socket;

  constructor(origin) {
    this.origin = origin;
    this.on('taskRunnerInfo', (info) => this.#say({info: info ?? {}}));
    this.#open(0);
  }

  // The handler outlives reconnections. Returns what takes it away.
  on(event, handler) {
    this.#handlers.push([event, handler]);
    this.#socket?.on(event, handler);
    return () => {
      this.#handlers = this.#handlers.filter(([, other]) => other !== handler);
      this.#socket.off(event, handler);
    };
  }

  get connected() { return this.#socket.connected; }

  // Whether the host lets whoever is here do more than look.
  get may_act() { return this.status.value.info.you?.role !== 'viewer'; }

  // `answered(answer)` runs before any later event of the server is looked at; `failed(text)` if none came.
  ask(event, payload, answered, failed) {
    if (!this.connected) return failed('The server cannot be reached now.');
    this.#socket.timeout(answer_timeout_ms).emit(event, payload, (error, answer) => {
      if (error) failed(this.connected ? `No answer to "${event}".` : 'The connection broke before the answer came.');
      else answered(answer);
    });
  }

  // A request whose refusal is text: rejects with an Error of that text.
  request(event, payload) {
    return new Promise((resolve, reject) => {
      this.ask(event, payload, (answer) => (typeof answer === 'string' ? reject(new Error(answer)) : resolve(answer)),
        (text) => reject(new Error(text)));
    });
  }

  // Another namespace of the same host over the same connection.
  join(namespace) { return this.#socket.io.socket(namespace); }

  retry_now() { this.#socket.disconnect().connect(); }

  #say(change) { this.status.set({...this.status.value, ...change}); }

  #open(index) {
    const socket = io(this.origin + namespaces[index], {reconnectionDelay: 300, reconnectionDelayMax: 2_000});
    this.#socket = socket;
    for (const [event, handler] of this.#handlers) socket.on(event, handler);
    socket.on('connect', () => this.#say({state: 'connected', reason: undefined}));
    socket.on('disconnect', (reason) => {
      this.#say({state: 'broken', reason});
      if (reason === 'io server disconnect') socket.connect();
    });
    socket.on('connect_error', (error) => {
      if (error.message === 'Invalid namespace' && index + 1 < namespaces.length) this.#open(index + 1);
      else this.#say({state: error.data?.status === 401 ? 'unknown' : 'broken', reason: error.message});
    });
  }
}
