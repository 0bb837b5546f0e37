// One task in the list.
import {html, useMemo} from './ui.js';
import {format_age, format_time} from './format.js';
import {ProgressBar} from './progress_bar.js';
import {StatusBadge} from './status_badge.js';
import {TaskActions} from './task_actions.js';
import {task_href} from './route.js';
import {last_error, result_words, task_status, task_title} from './task_words.js';

function Standing({task, live_progress, now_ms}) {
  if (task.state === 'running' || task.state === 'paused') return html`<${ProgressBar} task=${task} live_progress=${live_progress} />`;
  const error = last_error(task);
  if (task.state === 'to do') {
    const wait = task.waitUntil && Date.parse(task.waitUntil) > now_ms ? `starts ${format_age(task.waitUntil, now_ms)}` : 'waiting';
    return html`<p class="standing" title=${task.waitUntil}>${wait}${error && html`<span class="bad" title=${error}> · ${error}</span>`}</p>`;
  }
  const bad = task_status(task) === 'failed' || task_status(task) === 'dead';
  return html`<p class=${`standing ${bad ? 'bad' : ''}`} title=${bad ? error : undefined}>${bad ? error : result_words(task)}</p>`;
}

export function TaskRow({task, connection, live_progress, notices, now_ms}) {
  const age_minute = Math.floor(now_ms / 10_000);
  // The same element again is not looked at: only rows whose document changed cost anything.
  return useMemo(() => html`<li class="row" data-testid="task-row" data-id=${task.id} data-state=${task.state} data-status=${task_status(task)}>
    <${StatusBadge} task=${task} />
    <div class="what"><a class="title" href=${task_href(task.id)} data-testid="task-link">${task_title(task)}</a>
      <div class="about"><span>${task.versionedTopic}</span>
        <time datetime=${task.createdAt} title=${format_time(task.createdAt)}>${format_age(task.createdAt, now_ms)}</time>
        ${task.priority !== undefined && html`<span>priority ${task.priority}</span>`}
        ${task.attempts > 1 && html`<span>attempt ${task.attempts}</span>`}</div></div>
    <${Standing} task=${task} live_progress=${live_progress} now_ms=${now_ms} />
    <${TaskActions} task=${task} connection=${connection} notices=${notices} />
  </li>`, [task, age_minute]);
}
