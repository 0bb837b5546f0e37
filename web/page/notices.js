// Short messages at the page's foot, read out by screen readers.
import {html} from './ui.js';
import {icon} from './icons.js';
import {Observable, use_value} from './observable.js';

const shown_ms = {good: 4_000, error: 12_000};

export class Notices {
  shown = new Observable([]);
  #number = 0;

  error(text) { this.#show('error', text); }
  good(text) { this.#show('good', text); }
  close(key) { this.shown.set(this.shown.value.filter((notice) => notice.key !== key)); }

  #show(kind, text) {
    const key = ++this.#number;
    this.shown.set([...this.shown.value, {key, kind, text}].slice(-5));
    setTimeout(() => this.close(key), shown_ms[kind]);
  }
}

export function NoticeBoard({notices}) {
  const shown = use_value(notices.shown);
  return html`<div class="notices" role="status" aria-live="polite">
    ${shown.map(({key, kind, text}) => html`<div key=${key} class=${`notice ${kind}`} data-testid=${`notice-${kind}`}>
      <span>${text}</span><button type="button" class="plain" aria-label="Close this message" onClick=${() => notices.close(key)}>${icon('close')}</button></div>`)}
  </div>`;
}
