// The names of the actions that the server would take for this task now. Pure.
export function allowed_actions(task) {
  const available = task.availableActions ?? {};
  const stopping = task.signal?.op === 'stop';
  const unheld = !task.worker;
  const live = task.state === 'running' || task.state === 'paused';
  const allowed = {
    pause: task.state === 'running' && available.pause === true,
    resume: task.state === 'paused' && (available.resume === true || unheld),
    stop: task.state === 'to do' || (live && (available.stop === true || unheld)),
    retry: task.state === 'completed',
    remove: task.state === 'completed' || (task.state !== 'running' && unheld),
  };
  if (stopping && !unheld) allowed.pause = allowed.resume = allowed.stop = false;
  return Object.keys(allowed).filter((name) => allowed[name]);
}
