import {html} from './ui.js';
import {use_progress} from './live_progress.js';
import {progress_words, task_status, task_title} from './task_words.js';

// The bar and, below it, what it means in words. The fill is another element once the total is known: the bar of an
// unknown total is full, and would seem to run backwards.
export function ProgressBar({task, live_progress}) {
  const progress = use_progress(live_progress, task);
  const {fraction, amount, rate, left} = progress_words(task, progress);
  const percent = fraction === undefined ? undefined : Math.floor(fraction * 1000) / 10;
  const text = [amount, rate, left].filter(Boolean).join(' · ');
  return html`<div class=${`progress ${task_status(task)}`} data-testid="progress"
      data-spent=${progress?.spent} data-total=${progress?.total}>
    <div class=${`bar ${percent === undefined ? 'unknown' : ''}`} role="progressbar" aria-label=${`Progress of ${task_title(task)}`}
        aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent} aria-valuetext=${text || 'started'}>
      <div key=${percent === undefined} class="fill" style=${{width: `${percent ?? 100}%`}}></div></div>
    <div class="figures"><span>${text || (task.state === 'running' ? 'started' : '')}</span>
      <span class="percent">${percent === undefined ? '' : `${Math.floor(percent)} %`}</span></div>
  </div>`;
}
