// The newest progress of each running task, as it is emitted: oftener than the task's document changes.
import {useEffect, useState} from './ui.js';

export class LiveProgress {
  #newest = new Map();
  #watchers = new Map();

  constructor(connection) {
    connection.on('progress', (message) => this.set(message?.taskId, message?.data));
    // After a break a task may have started over; its old place would be wrong.
    connection.on('disconnect', () => this.#newest.clear());
  }

  set(id, data) {
    this.#newest.set(id, data);
    for (const watcher of this.#watchers.get(id) ?? []) watcher(data);
  }

  get(id) { return this.#newest.get(id); }
  forget(id) { this.#newest.delete(id); }

  watch(id, watcher) {
    if (!this.#watchers.has(id)) this.#watchers.set(id, new Set());
    this.#watchers.get(id).add(watcher);
    return () => {
      const watchers = this.#watchers.get(id);
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(id);
    };
  }
}

// Hook: the task's progress now. What was emitted counts for the run it was emitted in, and only while it lasts.
export function use_progress(live_progress, task) {
  const [, redraw] = useState({});
  const id = task.id;
  const held = task.state === 'running' || task.state === 'paused';
  useEffect(() => live_progress.watch(id, () => redraw({})), [live_progress, id]);
  useEffect(() => () => live_progress.forget(id), [live_progress, id, task.epoch, held]);
  return held ? live_progress.get(id) ?? task.progress : task.progress;
}
