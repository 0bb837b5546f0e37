// What the page says about a task: its title, its state, its progress. Pure functions of the document.
import {format_bytes, format_seconds} from './format.js';

const kind_of = (task) => String(task.versionedTopic ?? '').split('#')[0];

export function task_title(task) {
  const data = task.data;
  if (kind_of(task) === 'download' && data) {
    const path = data.path || String(data.url ?? '').split(/[?#]/)[0].split('/').filter(Boolean).at(-1);
    if (path) return String(path);
  }
  if (kind_of(task) === 'sleep' && Number.isFinite(data?.ms)) return `sleep ${format_seconds(data.ms / 1000)}`;
  if (data === undefined || data === null) return task.versionedTopic;
  const text = JSON.stringify(data);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

// One word for the badge: the state, and for a finished task how it ended.
export function task_status(task) {
  if (task.state !== 'completed') return task.state;
  if (task.outcome) return task.outcome;
  // Written by a runner of the old kind, which has no outcome.
  return task.response?.state === 'error' ? 'failed' : 'success';
}

const pending_words = {stop: 'stopping', pause: 'pausing', resume: 'resuming'};
export function pending_word(task) { return pending_words[task.signal?.op]; }

export function last_error(task) {
  const error = task.errors?.at(-1);
  if (error) return error.text ?? error.error ?? String(error);
  return task.response?.state === 'error' ? String(task.response.error) : undefined;
}

function amount_format(task) {
  if (kind_of(task) === 'download') return format_bytes;
  if (kind_of(task) === 'sleep') return (ms) => format_seconds(ms / 1000);
  return (number) => Number(number).toLocaleString();
}

// {fraction (0 … 1, or undefined: unknown), amount, rate, left}, the last three as text.
export function progress_words(task, progress) {
  if (!progress || typeof progress !== 'object') return {fraction: undefined, amount: '', rate: '', left: ''};
  const {spent, total, bytesPerSecond, etaSeconds} = progress;
  const format = amount_format(task);
  const known = Number.isFinite(spent) && Number.isFinite(total) && total > 0;
  const amount = !Number.isFinite(spent) ? '' : known ? `${format(spent)} of ${format(total)}` : format(spent);
  return {
    fraction: known ? Math.min(1, Math.max(0, spent / total)) : undefined,
    amount,
    rate: task.state === 'running' && bytesPerSecond > 0 ? `${format_bytes(bytesPerSecond)}/s` : '',
    left: task.state === 'running' && Number.isFinite(etaSeconds) && known ? `${format_seconds(etaSeconds)} left` : '',
  };
}

// What a finished task came to, in a line.
export function result_words(task) {
  const {bytes, seconds} = task.response ?? {};
  if (Number.isFinite(bytes)) {
    return [format_bytes(bytes), Number.isFinite(seconds) ? `in ${format_seconds(seconds)}` : ''].filter(Boolean).join(' ');
  }
  return '';
}
