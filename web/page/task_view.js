// One task's own page.
import {html} from './ui.js';
import {use_explanation} from './explanation.js';
import {format_json, format_time} from './format.js';
import {icon} from './icons.js';
import {ProgressBar} from './progress_bar.js';
import {SpeedGraph} from './speed_graph.js';
import {StatusBadge} from './status_badge.js';
import {TaskActions} from './task_actions.js';
import {TaskLog} from './task_log.js';
import {task_title} from './task_words.js';
import {use_task} from './use_task.js';

function Fact({name, children}) { return html`<div><dt>${name}</dt><dd>${children}</dd></div>`; }

const time_fact = (name, iso) => iso && html`<${Fact} name=${name}><time datetime=${iso}>${format_time(iso)}</time></${Fact}>`;

function Facts({task}) {
  return html`<dl class="facts">
    <${Fact} name="Topic">${task.versionedTopic}</${Fact}>
    <${Fact} name="Id"><code data-testid="task-id">${task.id}</code></${Fact}>
    ${time_fact('Added', task.createdAt)}${time_fact('Not before', task.waitUntil)}
    ${time_fact('Started', task.startedAt)}${time_fact('Ended', task.completedAt)}${time_fact('Kept until', task.deleteAt)}
    ${task.worker && html`<${Fact} name="Runs at">${task.worker}</${Fact}>`}
    ${task.attempts !== undefined && html`<${Fact} name="Attempts">${task.attempts} of ${task.maxAttempts ?? 5}</${Fact}>`}
    ${task.losses > 0 && html`<${Fact} name="Hosts lost">${task.losses}</${Fact}>`}
    ${task.priority !== undefined && html`<${Fact} name="Priority">${task.priority}</${Fact}>`}
    ${task.uniqueKey && html`<${Fact} name="Unique key"><code>${task.uniqueKey}</code></${Fact}>`}
    ${task.applicant && html`<${Fact} name="Added by">${task.applicant}</${Fact}>`}
  </dl>`;
}

function JsonPart({name, testid, value}) {
  if (value === undefined) return null;
  return html`<section><h2>${name}</h2><pre data-testid=${testid} tabindex="0">${format_json(value)}</pre></section>`;
}

function Errors({errors}) {
  if (!errors?.length) return null;
  return html`<section><h2>Errors</h2><ol class="errors" data-testid="errors">
    ${errors.map((error) => html`<li><time>${error.at && format_time(error.at)}</time> ${error.attempt && `attempt ${error.attempt}: `}${error.text ?? format_json(error)}</li>`)}</ol></section>`;
}

function Missing({error, loading}) {
  const words = error ?? (loading ? 'Loading …' : 'There is no such task. It may have been removed.');
  return html`<p class=${error ? 'problem' : 'empty'} role=${error ? 'alert' : 'status'} data-testid="task-missing">${words}</p>`;
}

function Body({task, lines, socket_state, connection, live_progress, notices, back_href}) {
  const held = task.state === 'running' || task.state === 'paused';
  const shared = {task, live_progress};
  const why = use_explanation(connection, task);
  return html`<article data-testid="task-view" data-id=${task.id} data-state=${task.state} data-socket=${socket_state}>
    <div class="heading"><h1>${task_title(task)}</h1><${StatusBadge} task=${task} />
      <${TaskActions} wide task=${task} connection=${connection} notices=${notices} on_removed=${() => { location.hash = back_href; }} /></div>
    ${why && html`<p role="status" data-testid="why">${why}</p>`}
    ${(held || task.progress) && html`<${ProgressBar} ...${shared} />`}
    ${held && html`<${SpeedGraph} ...${shared} />`}
    <${Facts} task=${task} />
    <div class="columns"><${JsonPart} name="Input" testid="input" value=${task.data} />
      <${JsonPart} name="Result" testid="result" value=${task.response} /></div>
    <${Errors} errors=${task.errors} />
    <section><h2>Log</h2><${TaskLog} lines=${lines} /></section>
  </article>`;
}

export function TaskView(shared) {
  const {task, error, loading, lines, socket_state} = use_task(shared);
  return html`<main id="main" class="task">
    <a class="back" href=${shared.back_href} data-testid="back">${icon('back')} All tasks</a>
    ${task ? html`<${Body} ...${{...shared, task, lines, socket_state}} />` : html`<${Missing} error=${error} loading=${loading} />`}
  </main>`;
}
