import {html} from './ui.js';
import {pending_word, task_status} from './task_words.js';

export function StatusBadge({task}) {
  const status = task_status(task);
  const word = pending_word(task) ?? status;
  return html`<span class=${`badge ${status.replace(' ', '-')}`} data-testid="status">${word}</span>`;
}
