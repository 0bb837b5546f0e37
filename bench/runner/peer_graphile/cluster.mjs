// A PostgreSQL cluster of its own, on a socket in a temporary folder, gone afterwards.
import {execFileSync} from 'node:child_process';
import {chmodSync, chownSync, mkdtempSync, readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {userInfo} from 'node:os';

// What a machine of few cores and some memory gets from the usual tuning guides; durable: fsync and synchronous_commit are on.
const settings = {
  fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', shared_buffers: '1GB', max_wal_size: '8GB',
  checkpoint_timeout: '30min', wal_buffers: '64MB', max_connections: '60', autovacuum: 'on', listen_addresses: '',
};

function programs() {
  const versions = readdirSync('/usr/lib/postgresql').sort((a, b) => Number(b) - Number(a));
  return join('/usr/lib/postgresql', versions[0], 'bin');
}

/// PostgreSQL refuses to run as root: then it runs as the user `postgres`.
function as_server_user(command, args) {
  if (userInfo().uid !== 0) return execFileSync(command, args, {stdio: ['ignore', 'ignore', 'inherit']});
  return execFileSync('runuser', ['-u', 'postgres', '--', command, ...args], {stdio: ['ignore', 'ignore', 'inherit']});
}

function give_to_server_user(folder) {
  if (userInfo().uid !== 0) return;
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres']).toString());
  chownSync(folder, id('-u'), id('-g'));
}

export function start_cluster(parent) {
  const bin = programs();
  const folder = mkdtempSync(join(parent, 'peer-graphile-'));
  chmodSync(folder, 0o700);
  give_to_server_user(folder);
  const data = join(folder, 'data');
  as_server_user(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C']);
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`).join(' ');
  as_server_user(join(bin, 'pg_ctl'), ['-D', data, '-w', '-l', join(folder, 'log'), '-o', `${options} -k ${folder}`, 'start']);
  return {
    url: `postgres://postgres@/postgres?host=${encodeURIComponent(folder)}`,
    stop() {
      as_server_user(join(bin, 'pg_ctl'), ['-D', data, '-w', '-m', 'immediate', 'stop']);
      rmSync(folder, {recursive: true, force: true});
    },
  };
}
