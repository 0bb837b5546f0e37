// The socket of one task at the host that runs it: progress and log lines as they come.
import {io} from './lib/socket.io.js';

const again_ms = 1_000;

// Handlers: task(document), progress(data), log(line), refused({state, publicUrl?}), status(text).
// Returns what ends it.
export function follow_task(connection, place, handlers) {
  const socket = place.namespace ? connection.join(place.namespace) : io(place.url, {forceNew: true});
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
