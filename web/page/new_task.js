// From what was typed to the message `add`. Pure; throws an Error that names the field.
import {parse_bytes} from './format.js';

export const other_topic = 'other';

// What the host runs, as it said on connection, and whatever else another host may run.
export const offered_topics = (info) => [...(Array.isArray(info.topics) ? info.topics : []), other_topic];

const typed = (text) => (text ?? '').trim();

// What the topic itself checks is left to the topic: the server's own words are the better ones.
function download_data(fields) {
  const data = {url: typed(fields.url)};
  if (typed(fields.path)) data.path = typed(fields.path);
  if (typed(fields.sha256)) data.sha256 = typed(fields.sha256);
  if (typed(fields.rate)) {
    data.bytesPerSecond = parse_bytes(fields.rate);
    if (data.bytesPerSecond === undefined) throw new Error(`Rate limit: "${fields.rate}" is no rate; 500k and 2m are.`);
  }
  return data;
}

function number_of(text, name) {
  const number = Number(typed(text));
  if (typed(text) === '' || !Number.isFinite(number)) throw new Error(`${name}: "${typed(text)}" is no number.`);
  return number;
}

function json_data(text) {
  if (!typed(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Data: this is not JSON (${error.message}).`);
  }
}

function data_of(fields) {
  if (fields.topic === 'download#1') return download_data(fields);
  if (fields.topic === 'sleep#1') return {ms: number_of(fields.ms, 'Milliseconds')};
  return json_data(fields.json);
}

export function new_task(fields) {
  const task = {versionedTopic: fields.topic === other_topic ? typed(fields.other) : fields.topic};
  if (!task.versionedTopic) throw new Error('Topic: give its name, as in "report#1".');
  const data = data_of(fields);
  if (data !== undefined) task.data = data;
  if (typed(fields.priority)) task.priority = number_of(fields.priority, 'Priority');
  if (typed(fields.wait_until)) task.waitUntil = typed(fields.wait_until);
  if (typed(fields.unique_key)) task.uniqueKey = typed(fields.unique_key);
  if (typed(fields.max_attempts)) task.maxAttempts = number_of(fields.max_attempts, 'Attempts');
  return task;
}
