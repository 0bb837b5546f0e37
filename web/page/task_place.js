// Where to go for a task that `worker` runs: its own namespace on the connection there is, if that is this host's
// (a browser may reach the host by another name than it calls itself) or the host relays; else its publicUrl. `info` is
// what taskRunnerInfo said. Pure.
export function task_place(public_url, worker, {instance, relay}) {
  try {
    const {pathname} = new URL(public_url);
    const is_here = relay === true || (worker !== undefined && worker === instance);
    return is_here ? {namespace: pathname} : {url: public_url};
  } catch {
    return undefined;  // no URL
  }
}
