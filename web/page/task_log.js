// A task's log lines. The box stays at its end while its end is in view.
import {html, useLayoutEffect, useRef} from './ui.js';
import {format_clock, format_time} from './format.js';

export function TaskLog({lines}) {
  const box = useRef();
  const at_end = useRef(true);
  useLayoutEffect(() => { if (at_end.current) box.current.scrollTop = box.current.scrollHeight; }, [lines]);
  const scrolled = ({target}) => { at_end.current = target.scrollHeight - target.scrollTop - target.clientHeight < 24; };
  return html`<div class="log" role="log" tabindex="0" aria-label="Log" data-testid="log" ref=${box} onScroll=${scrolled}>
    ${lines.map((line) => html`<div class=${`line ${line.level}`} data-testid="log-line">
      <time title=${format_time(line.time)}>${format_clock(line.time)}</time><span class="level">${line.level}</span><span>${line.text}</span></div>`)}
    ${lines.length === 0 && html`<div class="line none">No lines.</div>`}</div>`;
}
