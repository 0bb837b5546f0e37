// A page: the official client, three live lists of one host; it comes back by itself, and goes on where it was.
import {io} from 'socket.io-client';

export const queries = {
  'newest first': {sort: {createdAt: -1}, limit: 20},
  running: {queryObj: {state: 'running'}},
  'failed and cancelled': {queryObj: {outcome: {$in: ['failed', 'cancelled']}}, sort: {updatedAt: -1}, limit: 50},
};

export class Subscriber {
  lists = {};
  gaps = 0;
  resumed = 0;
  resets = 0;
  #subscriptions = {};

  constructor(host) {
    this.name = host.name;
    this.journal = [];
    const note = (...what) => this.journal.push([new Date().toISOString(), ...what].join(' '));
    this.socket = io(`${host.url}/tasks`, {transports: ['websocket'], reconnectionDelayMax: 300});
    this.socket.on('disconnect', (reason) => note('disconnect', reason));
    this.socket.on('connect_error', (error) => note('connect_error', error.message));
    this.socket.on('connect', () => { note('connect'); this.#subscribe(note); });
    this.socket.on('change', (change) => this.#of(change.subscriptionId, (view) => apply(view, change, this)));
    this.socket.on('list', (list, {subscriptionId, seq}) => this.#of(subscriptionId, (view) => Object.assign(view, {list: [...list], seq})));
  }

  end() { this.socket.disconnect(); }

  is_subscribed() { return Object.keys(queries).every((name) => this.#subscriptions[name]); }

  list(name) { return this.#subscriptions[name]?.list ?? []; }

  #of(id, act) {
    const view = Object.values(this.#subscriptions).find(({subscriptionId}) => subscriptionId === id);
    if (view) act(view);
  }

  #subscribe(note) {
    for (const [name, query] of Object.entries(queries)) {
      const old = this.#subscriptions[name];
      const resume = old && {subscriptionId: old.subscriptionId, seq: old.seq};
      this.socket.emit('subscribeQuery', resume ? {...query, resume} : query, (answer) => {
        note(name, answer.error ?? (answer.resumed ? 'resumed' : answer.reset ? 'reset' : 'list'));
        if (answer.error) { setTimeout(() => this.socket.disconnect().connect(), 300); return; }
        if (answer.resumed) {
          this.resumed += 1;
          for (const change of answer.changes) apply(old, change, this);
          return;
        }
        if (answer.reset) this.resets += 1;
        const {subscriptionId, list, seq} = answer;
        this.#subscriptions[name] = {subscriptionId, list: [...list], seq};
      });
    }
  }
}

function apply(view, {operationType, position, doc, seq}, counted) {
  if (seq !== ++view.seq) { counted.gaps += 1; view.seq = seq; }
  if (operationType === 'insert') view.list.splice(position, 0, doc);
  else if (operationType === 'delete') view.list.splice(position, 1);
  else view.list[position] = doc;
}
