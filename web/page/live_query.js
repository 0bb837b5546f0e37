// A subscription that lives as long as its owner wants: it is asked anew after a break and after a gap.
import {useEffect, useState} from './ui.js';
import {apply_change, apply_list, list_from_answer} from './live_list.js';

export class LiveQuery {
  #state;
  #round = 0;
  #ends = [];

  constructor(connection, query, on_update) {
    this.connection = connection;
    this.query = query;
    this.on_update = on_update;
    this.#ends = [
      connection.on('change', (change) => this.#changed(change)),
      connection.on('list', (list, about) => this.#listed(list, about)),
      connection.on('connect', () => this.#subscribe()),
    ];
    if (connection.connected) this.#subscribe();
  }

  close() {
    ++this.#round;
    for (const end of this.#ends) end();
    this.#unsubscribe(this.#state?.subscription_id);
  }

  #subscribe() {
    const round = ++this.#round;
    this.#state = undefined;
    this.connection.ask('subscribeQuery', this.query, (answer) => {
      // A newer question, or the end, has overtaken this one.
      if (round !== this.#round) return this.#unsubscribe(answer?.subscriptionId);
      this.#take(typeof answer === 'string' ? {list: [], error: answer} : list_from_answer(answer ?? {}));
    }, (text) => round === this.#round && this.on_update({list: [], error: text}));
  }

  #unsubscribe(subscription_id) {
    if (subscription_id && this.connection.connected) {
      this.connection.ask('unsubscribeQuery', {subscriptionId: subscription_id}, () => {}, () => {});
    }
  }

  #mine(about) { return this.#state && about?.subscriptionId === this.#state.subscription_id; }

  #changed(change) {
    if (!this.#mine(change)) return;
    const state = apply_change(this.#state, change);
    if (state) return this.#take(state);
    this.#unsubscribe(this.#state.subscription_id);
    this.#subscribe();
  }

  #listed(list, about) { if (this.#mine(about)) this.#take(apply_list(this.#state, list, about)); }

  #take(state) {
    this.#state = state;
    this.on_update(state);
  }
}

// Hook: {list, error, loading, query}. The former list stays until the new query's is there.
export function use_live_query(connection, query) {
  const [shown, show] = useState({list: [], loading: true});
  const key = JSON.stringify(query);
  useEffect(() => {
    show((former) => ({...former, loading: true}));
    const live = new LiveQuery(connection, query, (state) => show({...state, query: key, loading: false}));
    return () => live.close();
  }, [connection, key]);
  return shown.query === key ? shown : {...shown, loading: true};
}
