import {html} from './ui.js';
import {icon} from './icons.js';

const words = {connecting: 'Connecting …', connected: 'Live', broken: 'No connection, trying again …', unknown: 'Not logged in'};

// Who is here, where the host knows.
function Visitor({you, leave}) {
  return html`<span class="visitor" data-testid="visitor" title=${`Role: ${you.role}`}>${you.name}</span>
    <button type="button" class="plain" data-testid="log-out" onClick=${leave}>Log out</button>`;
}

export function Header({status, retry, add, leave}) {
  const {state, reason, info} = status;
  const is_known = state === 'connected' && info.you;
  const may_add = state !== 'unknown' && info.you?.role !== 'viewer';
  return html`<header class="top">
    <a class="brand" href="#/"><img src="favicon.svg" alt="" width="24" height="24" /><span>task-runner</span></a>
    <span class="instance" data-testid="instance" title="This host">${info.instance}</span>
    <span class=${`connection ${state}`} role="status" title=${reason} data-testid="connection" data-state=${state}>
      <span class="words">${words[state]}</span></span>
    ${is_known && html`<${Visitor} you=${info.you} leave=${leave} />`}
    ${state === 'broken' && html`<button type="button" class="plain" onClick=${retry}>Try now</button>`}
    ${may_add && html`<button type="button" class="primary" data-testid="add-task" title="Add a task (n)" onClick=${add}>${icon('add')}<span>Add task</span></button>`}
  </header>`;
}
