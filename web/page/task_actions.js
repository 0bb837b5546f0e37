// The buttons that ask something of a task.
import {html, useState} from './ui.js';
import {allowed_actions} from './allowed_actions.js';
import {icon} from './icons.js';
import {task_title} from './task_words.js';

const labels = {pause: 'Pause', resume: 'Resume', stop: 'Stop', retry: 'Run again', remove: 'Remove'};

// aria-disabled and not disabled: a button that goes grey under the finger keeps the keyboard's focus.
function ActionButton({name, task, allowed, busy, act, wide}) {
  const possible = allowed.includes(name);
  const enabled = possible && !busy;
  return html`<button type="button" class=${`action ${name} ${possible ? '' : 'off'}`} data-testid=${`action-${name}`} data-action=${name}
      aria-disabled=${enabled ? 'false' : 'true'} aria-label=${`${labels[name]} ${task_title(task)}`}
      title=${labels[name]} onClick=${() => enabled && act(name)}>
    ${icon(name)}${wide && html`<span>${labels[name]}</span>`}</button>`;
}

// Each action has its place, so that nothing moves under a second click; pause and resume share theirs.
export function TaskActions({task, connection, notices, wide, on_removed}) {
  const [busy, set_busy] = useState(false);
  const allowed = connection.may_act ? allowed_actions(task) : [];
  const act = async (name) => {
    set_busy(true);
    try {
      await connection.request(name, {id: task.id});
      if (name === 'remove') on_removed?.();
    } catch (error) {
      notices.error(`${labels[name]} ${task_title(task)}: ${error.message}`);
    }
    set_busy(false);
  };
  const button = (name) => html`<${ActionButton} ...${{name, task, allowed, busy, act, wide}} />`;
  return html`<div class="actions" role="group" aria-label=${`Actions of ${task_title(task)}`}>
    ${button(task.state === 'paused' ? 'resume' : 'pause')}${button('stop')}${button('retry')}${button('remove')}</div>`;
}
