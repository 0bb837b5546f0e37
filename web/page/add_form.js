// The dialog that adds a task.
import {html, useEffect, useRef, useState} from './ui.js';
import {icon} from './icons.js';
import {new_task, offered_topics, other_topic} from './new_task.js';
import {task_title} from './task_words.js';

// What is typed stays in the browser's own fields until the form is sent: nothing is lost to a late drawing.
function Field({name, label, hint, ...rest}) {
  const id = `add-${name}`;
  const tag = rest.rows ? 'textarea' : 'input';
  return html`<div class="field"><label for=${id}>${label}</label>
    <${tag} id=${id} name=${name} data-testid=${id} autocomplete="off" spellcheck=${false}
      aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest} />
    ${hint && html`<small id=${`${id}-hint`}>${hint}</small>`}</div>`;
}

function TopicFields({topic}) {
  if (topic === 'download#1') {
    return html`<${Field} name="url" label="URL" inputmode="url" hint="http, https or ftp" />
      <${Field} name="path" label="Save as" hint="below the download folder; by default the URL's last part" />
      <${Field} name="sha256" label="SHA-256" class="mono" hint="checked at the end, if given" />
      <${Field} name="rate" label="Rate limit" hint="a second: 500k, 2m; none if empty" />`;
  }
  if (topic === 'sleep#1') return html`<${Field} name="ms" label="Milliseconds" inputmode="numeric" />`;
  return html`${topic === other_topic && html`<${Field} name="other" label="Topic's name" hint="as in report#1" />`}
    <${Field} name="json" label="Data (JSON)" rows="6" class="mono" />`;
}

function MoreFields() {
  return html`<details class="more"><summary>More</summary>
    <${Field} name="priority" label="Priority" inputmode="decimal" hint="higher runs first" />
    <${Field} name="wait_until" label="Not before" hint="+10s, or a time such as 2026-01-31T09:30:00.000Z" />
    <${Field} name="unique_key" label="Unique key" hint="adding the same again gives the same task" />
    <${Field} name="max_attempts" label="Attempts" inputmode="numeric" hint="5 by default" />
  </details>`;
}

// Adds and answers whether that went well; `problem` is shown in the form.
function use_adding(connection, notices) {
  const [state, set_state] = useState({busy: false, problem: undefined});
  const add = async (fields) => {
    set_state({busy: true});
    try {
      const task = await connection.request('add', new_task(fields));
      notices.good(task?.duplicate ? `Already there: ${task_title(task)}` : `Added ${task ? task_title(task) : 'the task'}`);
      set_state({busy: false});
      return true;
    } catch (error) {
      set_state({busy: false, problem: error.message});
      return false;
    }
  };
  return {...state, add, clear: () => set_state({busy: false})};
}

export function AddForm({connection, info, notices, close}) {
  const dialog = useRef();
  const topics = offered_topics(info);
  const [topic, set_topic] = useState(topics[0]);
  const {busy, problem, add, clear} = use_adding(connection, notices);
  useEffect(() => {
    dialog.current.showModal();
    dialog.current.querySelector('#add-url')?.focus();
  }, []);
  const submit = async (event) => {
    event.preventDefault();
    if (!busy && await add(Object.fromEntries(new FormData(event.target)))) dialog.current?.close();
  };
  return html`<dialog class="add" ref=${dialog} aria-labelledby="add-heading" data-testid="add-dialog" onClose=${close}>
    <form novalidate onSubmit=${submit} data-testid="add-form">
      <header><h2 id="add-heading">Add a task</h2>
        <button type="button" class="action" aria-label="Close" onClick=${() => dialog.current.close()}>${icon('close')}</button></header>
      <div class="field"><label for="add-topic">Topic</label>
        <select id="add-topic" name="topic" data-testid="add-topic" value=${topic} onChange=${(event) => { set_topic(event.target.value); clear(); }}>
          ${topics.map((name) => html`<option value=${name}>${name === other_topic ? 'another topic …' : name}</option>`)}</select></div>
      <${TopicFields} key=${topic} topic=${topic} />
      <${MoreFields} />
      ${problem && html`<p class="problem" role="alert" data-testid="add-error">${problem}</p>`}
      <footer><button type="button" class="plain" onClick=${() => dialog.current.close()}>Cancel</button>
        <button type="submit" class="primary" data-testid="add-submit" aria-disabled=${busy ? 'true' : 'false'}>${busy ? 'Adding …' : 'Add'}</button></footer>
    </form></dialog>`;
}
