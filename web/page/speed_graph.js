// The speed of the last minutes, as a line.
import {html, useEffect, useRef} from './ui.js';
import {format_bytes} from './format.js';
import {use_progress} from './live_progress.js';

const kept_points = 240;
const least_points = 50;  // shown from the left until there are so many
const [width, height] = [600, 64];

// The points of a line through `values`, with `top` above.
function line_points(values, top) {
  const step = width / (Math.max(values.length, least_points) - 1);
  return values.map((value, i) => `${(i * step).toFixed(1)},${(height - 2 - (value / top) * (height - 6)).toFixed(1)}`).join(' ');
}

export function SpeedGraph({task, live_progress}) {
  const progress = use_progress(live_progress, task);
  const values = useRef([]);
  const speed = progress?.bytesPerSecond;
  useEffect(() => {
    if (Number.isFinite(speed)) values.current = [...values.current, speed].slice(-kept_points);
  }, [progress]);
  const top = Math.max(...values.current, 1);
  if (values.current.length < 3) return null;
  const points = line_points(values.current, top);
  const end = points.slice(points.lastIndexOf(' ') + 1).split(',')[0];
  return html`<figure class="speed"><svg viewBox=${`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img"
      aria-label=${`Speed of the last minutes, at most ${format_bytes(top)} a second`}>
    <polygon points=${`0,${height} ${points} ${end},${height}`} /><polyline points=${points} /></svg>
    <figcaption>up to ${format_bytes(top)}/s</figcaption></figure>`;
}
