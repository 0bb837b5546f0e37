// The socket of one task at the host that runs it: progress and log lines as they come.
import {io} from './lib/socket.io.js';

const again_ms = 1_000;

// Another host lets in who brings a ticket of this one: a fresh one each time it is connected to.
function elsewhere(connection, url, id) {
  const auth = (give) => connection.ask('ticket', {id}, (answer) => give({ticket: answer?.ticket}), () => give({}));
  return io(url, {forceNew: true, auth});
}

// Handlers: task(document), progress(data), log(line), refused({state, publicUrl?}), status(text).
// Returns what ends it.
export function follow_task(connection, id, place, handlers) {
  const socket = place.namespace ? connection.join(place.namespace) : elsewhere(connection, place.url, id);
  let timer;
  socket.on('connect', () => handlers.status('connected'));
  socket.on('disconnect', () => handlers.status('ended'));
  socket.on('task', handlers.task);
  socket.on('progress', (message) => handlers.progress(message?.data ?? message));
  socket.on('log', handlers.log);
  socket.on('connect_error', ({data}) => {
    handlers.status('refused');
    // Without data it is the network, and the client tries again by itself.
    if (!data) return;
    handlers.refused(data);
    if (data.state === 'running') timer = setTimeout(() => socket.connect(), again_ms);
  });
  return () => {
    clearTimeout(timer);
    socket.off();
    socket.disconnect();
  };
}
