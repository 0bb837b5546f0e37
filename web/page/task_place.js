// Where to go for a task that `worker` runs: its own namespace on the connection there is, if that is this host's
// (a browser may reach the host by another name than it calls itself); else its publicUrl. Pure.
export function task_place(public_url, worker, instance) {
  try {
    const {pathname} = new URL(public_url);
    return worker !== undefined && worker === instance ? {namespace: pathname} : {url: public_url};
  } catch {
    return undefined;  // no URL
  }
}
