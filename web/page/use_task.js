// Hook: one task, live. The document follows by a subscription of one; the task's own socket, while a host runs it,
// adds progress and log lines, and leads to another host where the task has moved.
import {useEffect, useState} from './ui.js';
import {use_live_query} from './live_query.js';
import {add_line, fetch_lines} from './log_lines.js';
import {task_place} from './task_place.js';
import {follow_task} from './task_socket.js';

const newer = (a, b) => ((a?.rev ?? -1) > (b?.rev ?? -1) ? a : b);

function use_socket(connection, {instance, relay}, task, live_progress, on_task, on_line) {
  const [socket_state, set_socket_state] = useState('none');
  const [moved_to, set_moved_to] = useState();
  const held = task?.state === 'running' || task?.state === 'paused';
  const url = held ? moved_to ?? task.publicUrl : undefined;
  const worker = moved_to ? undefined : task?.worker;
  useEffect(() => set_moved_to(undefined), [task?.publicUrl, task?.epoch]);
  useEffect(() => {
    const place = url && task_place(url, worker, {instance, relay});
    if (!place) return set_socket_state('none');
    return follow_task(connection, task.id, place, {
      status: set_socket_state, task: on_task, log: on_line,
      progress: (data) => live_progress.set(task.id, data),
      refused: (data) => data.publicUrl && data.publicUrl !== url && set_moved_to(data.publicUrl),
    });
  }, [connection, url, worker, instance, relay, task?.epoch]);
  return socket_state;
}

export function use_task({id, connection, live_progress, info}) {
  const {list, error, loading} = use_live_query(connection, {queryObj: {_id: id}, limit: 1});
  const [told, tell] = useState();
  const [lines, set_lines] = useState([]);
  const task = list[0] && newer(told, list[0]);
  const on_line = (line) => set_lines((now) => add_line(now, line));
  const socket_state = use_socket(connection, info, task, live_progress, tell, on_line);
  const over = task !== undefined && socket_state !== 'connected';
  useEffect(() => {
    if (over) fetch_lines(id).then((kept) => kept.forEach(on_line), () => {});
  }, [id, over, task?.state]);
  return {task, error, loading, lines, socket_state};
}
