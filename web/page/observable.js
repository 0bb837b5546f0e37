// A value that tells its watchers when it is replaced.
import {useEffect, useState} from './ui.js';

export class Observable {
  #value;
  #watchers = new Set();

  constructor(value) { this.#value = value; }
  get value() { return this.#value; }

  set(value) {
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher(value);
  }

  // Returns what ends the watching.
  watch(watcher) {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

// Hook: the observable's value; the component is drawn again when it changes.
export function use_value(observable) {
  const [, redraw] = useState({});
  useEffect(() => observable.watch(() => redraw({})), [observable]);
  return observable.value;
}
