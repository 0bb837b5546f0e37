// Reads the database's change stream from before the first task to after the last, and gives it to the history. The driver
// goes on by itself after one error, not after several: then it is opened anew where it was.
import {setTimeout as sleep} from 'node:timers/promises';

export class Observer {
  #token;

  // Whatever happens after this has returned will be seen.
  static async start(database, collection_name, history) {
    const observer = new Observer();
    Object.assign(observer, {database, collection_name, history, stream: database.watch()});
    await observer.stream.tryNext();
    observer.done = observer.#read_to_the_end();
    return observer;
  }

  async #read_to_the_end() {
    while (!await this.#read().catch((error) => this.#go_on_after(error)));
  }

  // True when the end has come.
  async #read() {
    this.#token = this.stream.resumeToken ?? this.#token;
    for await (const event of this.stream) {
      this.#token = event._id;
      if (event.ns?.coll === 'observer' && event.operationType === 'insert') return true;
      if (event.ns?.coll === this.collection_name && event.documentKey) this.history.add(event);
    }
  }

  async #go_on_after(error) {
    if (!this.#token) throw error;
    await this.stream.close().catch(() => {});
    await sleep(200);
    this.stream = this.database.watch([], {resumeAfter: this.#token});
  }

  // Whatever happened before this call has been seen when it returns.
  async end() {
    await this.database.collection('observer').insertOne({}, {writeConcern: {w: 'majority'}});
    await this.done;
    await this.stream.close();
  }
}
