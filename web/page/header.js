import {html} from './ui.js';
import {icon} from './icons.js';

const words = {connecting: 'Connecting …', connected: 'Live', broken: 'No connection, trying again …'};

export function Header({status, retry, add}) {
  const {state, reason, info} = status;
  return html`<header class="top">
    <a class="brand" href="#/"><img src="favicon.svg" alt="" width="24" height="24" /><span>task-runner</span></a>
    <span class="instance" data-testid="instance" title="This host">${info.instance}</span>
    <span class=${`connection ${state}`} role="status" title=${reason} data-testid="connection" data-state=${state}>
      <span class="words">${words[state]}</span></span>
    ${state === 'broken' && html`<button type="button" class="plain" onClick=${retry}>Try now</button>`}
    <button type="button" class="primary" data-testid="add-task" title="Add a task (n)" onClick=${add}>${icon('add')}<span>Add task</span></button>
  </header>`;
}
