// What users do meanwhile: add, with a key, until it is acknowledged; pause, resume and stop what they see.
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Load {
  acknowledged = new Map();
  unacknowledged = 0;
  signals = 0;
  #ended = false;
  #next = 0;

  constructor({hosts, collection, random}) {
    Object.assign(this, {hosts, collection, random});
    this.work = [this.#add_through_hosts(), this.#add_through_hosts(), this.#add_by_driver(), this.#ask_for_things()];
  }

  // No new work; what is being added is brought to an acknowledgement.
  async end() {
    this.#ended = true;
    await Promise.all(this.work);
  }

  #task() {
    const n = this.#next++;
    const long = n % 25 === 0;
    return {versionedTopic: 'count#1', uniqueKey: `task ${n}`, maxAttempts: 5,
            data: {ms: long ? 4_000 : Math.floor(this.random() * 200), failures: n % 11 === 0 ? 1 : 0}};
  }

  async #add_through_hosts() {
    while (!this.#ended) {
      const task = this.#task();
      while (!await this.#acknowledged_by_host(task)) await sleep(50);
      await sleep(this.random() * 60);
    }
  }

  async #acknowledged_by_host(task) {
    const host = this.hosts[Math.floor(this.random() * this.hosts.length)];
    try {
      const answer = await fetch(`${host.url}/api/v1/tasks`, {method: 'POST', body: JSON.stringify(task),
        headers: {'content-type': 'application/json'}, signal: AbortSignal.timeout(5_000)});
      if (!answer.ok) throw new Error(await answer.text());
      this.acknowledged.set(task.uniqueKey, (await answer.json()).id);
      return true;
    } catch {
      this.unacknowledged += 1;
      return false;
    }
  }

  // A program that knows MongoDB and nothing of us.
  async #add_by_driver() {
    while (!this.#ended) {
      const now = new Date().toISOString();
      const document = {...this.#task(), state: 'to do', createdAt: now, updatedAt: now};
      try {
        const {insertedId} = await this.collection.insertOne(document);
        this.acknowledged.set(document.uniqueKey, String(insertedId));
      } catch {
        this.unacknowledged += 1;
      }
      await sleep(this.random() * 200);
    }
  }

  async #ask_for_things() {
    while (!this.#ended) {
      const host = this.hosts[Math.floor(this.random() * this.hosts.length)];
      try {
        const query = new URLSearchParams({query: JSON.stringify({state: {$in: ['running', 'paused']}}), limit: '5'});
        const tasks = await ask(`${host.url}/api/v1/tasks?${query}`);
        for (const {id, state} of tasks) {
          const verb = state === 'paused' ? 'resume' : this.random() < 0.8 ? 'pause' : 'stop';
          await ask(`${host.url}/api/v1/tasks/${id}/${verb}`, 'POST');
          this.signals += 1;
        }
      } catch {
        // It ended before, or its host did: nothing was promised.
      }
      await sleep(200);
    }
  }
}

export async function ask(url, method = 'GET') {
  const answer = await fetch(url, {method, signal: AbortSignal.timeout(5_000)});
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
