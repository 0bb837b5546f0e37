// What a host shows that wants to know who is there.
import {html, useEffect, useRef, useState} from './ui.js';
import {log_in} from './session.js';

export function LoginForm({logged_in}) {
  const field = useRef();
  const [state, set_state] = useState({busy: false, problem: undefined});
  useEffect(() => field.current.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    const token = field.current.value.trim();
    if (state.busy || !token) return;
    set_state({busy: true});
    try {
      await log_in(token);
      logged_in();
    } catch (error) {
      set_state({busy: false, problem: error.message});
    }
  };
  return html`<main id="main" class="login">
    <form novalidate onSubmit=${submit} data-testid="login-form">
      <h1>Who are you?</h1>
      <div class="field"><label for="login-token">Token</label>
        <input ref=${field} id="login-token" name="token" type="password" autocomplete="current-password" spellcheck=${false}
          data-testid="login-token" aria-describedby="login-hint" />
        <small id="login-hint">as task-runner token create printed it, or as your sign-in service gave it</small></div>
      ${state.problem && html`<p class="problem" role="alert" data-testid="login-error">${state.problem}</p>`}
      <button type="submit" class="primary" data-testid="login-submit" aria-disabled=${state.busy ? 'true' : 'false'}>${state.busy ? 'Looking …' : 'Log in'}</button>
    </form></main>`;
}
