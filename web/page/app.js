import {html, render, useEffect, useRef, useState} from './ui.js';
import {AddForm} from './add_form.js';
import {Connection} from './connection.js';
import {Header} from './header.js';
import {LiveProgress} from './live_progress.js';
import {NoticeBoard, Notices} from './notices.js';
import {use_value} from './observable.js';
import {LoginForm} from './login_form.js';
import {list_href, parse_route} from './route.js';
import {log_out} from './session.js';
import {TaskList} from './task_list.js';
import {TaskView} from './task_view.js';

// The time, now and then: for "3 min ago".
function use_now() {
  const [now_ms, set_now] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => set_now(Date.now()), 10_000);
    return () => clearInterval(timer);
  }, []);
  return now_ms;
}

function use_route() {
  const [hash, set_hash] = useState(location.hash);
  useEffect(() => {
    const follow = () => set_hash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parse_route(hash);
}

const is_typing = (target) => target.closest('input, textarea, select, [contenteditable], dialog') !== null;

// `n` opens the form, as the Add button's tooltip says.
function use_shortcuts(open_form) {
  useEffect(() => {
    const pressed = (event) => {
      if (event.key !== 'n' || event.ctrlKey || event.metaKey || event.altKey || is_typing(event.target)) return;
      event.preventDefault();
      open_form();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}

function Tasks({route, status, now_ms, back_href, ...shared}) {
  if (status.state === 'unknown') return html`<${LoginForm} logged_in=${() => shared.connection.retry_now()} />`;
  return html`<div class=${status.state === 'connected' ? '' : 'stale'}>
    ${route.id ? html`<${TaskView} key=${route.id} id=${route.id} back_href=${back_href} info=${status.info} ...${shared} />`
      : html`<${TaskList} filter=${route.filter} info=${status.info} now_ms=${now_ms} ...${shared} />`}</div>`;
}

function App(shared) {
  const route = use_route();
  const status = use_value(shared.connection.status);
  const back_href = useRef('#/');
  if (route.filter) back_href.current = list_href(route.filter);
  const now_ms = use_now();
  const [adding, set_adding] = useState(false);
  use_shortcuts(() => shared.connection.status.value.state !== 'unknown' && set_adding(true));
  const leave = () => log_out().then(() => shared.connection.retry_now(), (error) => shared.notices.error(error.message));
  return html`<a class="skip" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector('#main a, #main button')?.focus(); }}>To the tasks</a>
    <${Header} status=${status} retry=${() => shared.connection.retry_now()} add=${() => set_adding(true)} leave=${leave} />
    <${Tasks} ...${{...shared, route, status, now_ms, back_href: back_href.current}} />
    ${adding && html`<${AddForm} connection=${shared.connection} info=${status.info} notices=${shared.notices} close=${() => set_adding(false)} />`}
    <${NoticeBoard} notices=${shared.notices} />`;
}

const connection = new Connection(location.origin);
const shared = {connection, live_progress: new LiveProgress(connection), notices: new Notices()};
render(html`<${App} ...${shared} />`, document.getElementById('app'));
