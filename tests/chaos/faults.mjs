// What goes wrong, and what mends it. Each fault is one function that ends when the thing is whole again.
import os from 'node:os';
import {setTimeout as sleep} from 'node:timers/promises';

// CLOCK_BOOTTIME as chaos_host writes it: the machine's uptime has the same zero, in hundredths.
const boot_ms = () => os.uptime() * 1_000;

// How the proxies know its connections.
const store_name = (host) => `chaos-${host.name.replace('host', 'host-')}`;

export const host_faults = {
  async 'kill -9 of a host'({host, random}) {
    host.signal('SIGKILL');
    await host.gone();
    await sleep(random() * 3_000);
    host.start();
  },
  async 'SIGSTOP of a host'({host, random}) {
    const from = boot_ms() - 1_000;
    host.signal('SIGSTOP');
    await sleep(1_000 + random() * 7_000);
    host.signal('SIGCONT');
    host.note_stopped(from, boot_ms() + 1_000);
  },
  async 'SIGTERM of a host'({host}) {
    host.signal('SIGTERM');
    await host.gone();
    host.start();
  },
  async 'a host cut off from the store'({host, replica_set, random}) {
    replica_set.cut(store_name(host));
    await sleep(1_000 + random() * 8_000);
    replica_set.heal(store_name(host));
  },
};

export const store_faults = {
  async 'the primary steps down'({replica_set}) {
    const primary = await replica_set.primary();
    await primary.command({replSetStepDown: 5, secondaryCatchUpPeriodSecs: 2, force: true});
  },
  async 'kill -9 of the primary'({replica_set, random}) {
    const primary = await replica_set.primary();
    await primary.kill();
    await sleep(2_000 + random() * 4_000);
    primary.start();
  },
  async 'SIGSTOP of the primary'({replica_set, random}) {
    const primary = await replica_set.primary();
    primary.process.kill('SIGSTOP');
    await sleep(3_000 + random() * 6_000);
    primary.process.kill('SIGCONT');
  },
};

// Goes through the faults in an order of the seed until the time is over; one of hosts and one of the store at a time.
export async function wreak({hosts, replica_set, random, until_ms, say}) {
  const counts = {};
  const pick = (list) => list[Math.floor(random() * list.length)];
  const strike = async (faults) => {
    while (Date.now() < until_ms) {
      const [name, fault] = pick(Object.entries(faults));
      const host = pick(hosts);
      say(`${name}${faults === host_faults ? ` (${host.name})` : ''}`);
      counts[name] = (counts[name] ?? 0) + 1;
      await fault({host, replica_set, random}).catch((error) => say(`  ${name}: ${error.message}`));
      await sleep(500 + random() * 3_000);
    }
  };
  await Promise.all([strike(host_faults), strike(store_faults)]);
  return counts;
}
