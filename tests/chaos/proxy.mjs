// A way to a mongod that can be cut for one host without being closed: what is sent is neither answered nor refused, as
// with a broken network. A connection is known by the appName that its driver says in its first message.
import net from 'node:net';

export class Proxy {
  #target;
  #cut = new Set();
  #links = new Set();

  constructor(target_port) {
    this.#target = target_port;
    this.server = net.createServer((near) => this.#accept(near));
  }

  listen() {
    return new Promise((resolve) => this.server.listen(0, '127.0.0.1', () => resolve(this.server.address().port)));
  }

  // Nothing of this host's passes until heal(host).
  cut(host) {
    this.#cut.add(host);
    this.#each(host, (end) => end.pause());
  }

  heal(host) {
    this.#cut.delete(host);
    this.#each(host, (end) => end.resume());
  }

  close() {
    this.server.close();
    for (const {near, far} of this.#links) [near, far].forEach((end) => end.destroy());
  }

  #each(host, act) {
    for (const link of this.#links) if (link.host === host) [link.near, link.far].forEach(act);
  }

  #accept(near) {
    const far = net.connect(this.#target, '127.0.0.1');
    const link = {near, far, host: undefined};
    this.#links.add(link);
    for (const [end, other] of [[near, far], [far, near]]) {
      end.setNoDelay(true);
      end.on('error', () => {});
      end.on('close', () => { this.#links.delete(link); other.destroy(); });
      end.on('data', (bytes) => other.write(bytes));
    }
    near.prependOnceListener('data', (bytes) => {
      link.host = /chaos-host-\d+/.exec(bytes.toString('latin1'))?.[0];
      if (this.#cut.has(link.host)) [near, far].forEach((end) => end.pause());
    });
  }
}
