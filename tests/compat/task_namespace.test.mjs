// A running task's own namespace, /tasks/<id>.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {add, ask, connect, get_when, host_of_file, unknown_id, until} from './host.mjs';

const {host, socket} = await host_of_file();

for (const transports of [['websocket'], ['polling']]) {
  test(`publicUrl by ${transports}: task, progress, actions without id, the end and DISCONNECT`, async () => {
    const {id} = await add(socket, 'sleep#1', {ms: 60_000});
    const {publicUrl} = await get_when(socket, id, ({state}) => state === 'running');
    assert.equal(publicUrl, `${host.url}/tasks/${id}`);
    const own = await connect(publicUrl, {transports});
    await until(own, ({event, args}) => event === 'task' && args[0].state === 'running');
    await until(own, ({event, args}) => event === 'progress' && args[0].taskId === id && args[0].data.total === 60_000);
    assert.equal((await ask(own, 'pause')).id, id);
    await until(own, ({event, args}) => event === 'task' && args[0].state === 'paused');
    await ask(own, 'resume');
    assert.equal(typeof await ask(own, 'retry'), 'string');
    assert.match(await ask(own, 'noSuchEvent'), /noSuchEvent/);
    own.emit('stop');
    await until(own, ({event, args}) => event === 'task' && args[0].state === 'completed' && args[0].outcome === 'cancelled');
    const {args: [reason]} = await until(own, ({event}) => event === 'disconnect');
    assert.equal(reason, 'io server disconnect');
    assert.equal(own.seen.at(-2).event, 'task');
  });
}

test('where the task does not run, the connection is refused with its state', async () => {
  const {id} = await add(socket, 'noop#1', 1);
  await get_when(socket, id, ({state}) => state === 'completed');
  await assert.rejects(connect(`${host.url}/tasks/${id}`), (error) => error.data.state === 'completed');
  await assert.rejects(connect(`${host.url}/tasks/${unknown_id}`), new RegExp(unknown_id));
});
