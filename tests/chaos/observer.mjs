// Reads the database's change stream from before the first task to after the last, and gives it to the history.
export class Observer {
  constructor(database, collection_name, history) {
    this.database = database;
    this.history = history;
    this.stream = database.watch();
    this.done = this.#read(collection_name);
  }

  async #read(collection_name) {
    for await (const event of this.stream) {
      if (event.ns?.coll === 'observer' && event.operationType === 'insert') return;
      if (event.ns?.coll === collection_name && event.documentKey) this.history.add(event);
    }
  }

  // Whatever happened before this call has been seen when it returns.
  async end() {
    await this.database.collection('observer').insertOne({}, {writeConcern: {w: 'majority'}});
    await this.done;
    await this.stream.close();
  }
}
