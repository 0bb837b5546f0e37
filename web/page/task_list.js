// The list page: filter, rows, more.
import {html, useEffect, useState} from './ui.js';
import {query_object, sorts} from './filter.js';
import {FilterBar} from './filter_bar.js';
import {use_live_query} from './live_query.js';
import {TaskRow} from './task_row.js';

const page_size = 100;
const largest_window = 10_000;

// Every topic ever seen here keeps its chip, or choosing one would take the others away.
function use_topics(list, filter, info) {
  const [seen, set_seen] = useState([]);
  const found = [...filter.topics, ...(Array.isArray(info.topics) ? info.topics : []), ...list.map((task) => task.versionedTopic)];
  const fresh = [...new Set(found)].filter((topic) => typeof topic === 'string' && !seen.includes(topic));
  useEffect(() => { if (fresh.length) set_seen([...seen, ...fresh]); }, [fresh.join('\n')]);
  return [...seen, ...fresh];
}

function Nothing({list, filtered, error, loading}) {
  if (list.length || loading || error) return null;
  return html`<p class="empty" data-testid="empty">${filtered ? 'No task matches this filter.' : 'No tasks yet. Add one: a download, for example.'}</p>`;
}

function count_words(count, more) {
  if (count === 0) return '';
  return `${more ? 'The first ' : ''}${count} ${count === 1 ? 'task' : 'tasks'}`;
}

export function TaskList({filter, info, now_ms, ...shared}) {
  const [limit, set_limit] = useState(page_size);
  const query = {queryObj: query_object(filter), sort: sorts[filter.sort].sort, limit};
  const {list, error, loading} = use_live_query(shared.connection, query);
  const topics = use_topics(list, filter, info);
  const more = !loading && list.length >= limit && limit < largest_window;
  return html`<main id="main">
    <h1 class="hidden">Tasks</h1>
    <${FilterBar} filter=${filter} topics=${topics} />
    ${error && html`<p class="problem" role="alert" data-testid="list-error">${error}</p>`}
    <ul class="rows" role="list" aria-label="Tasks" aria-busy=${loading ? 'true' : 'false'} data-testid="task-list">
      ${list.map((task) => html`<${TaskRow} key=${task.id} task=${task} now_ms=${now_ms} ...${shared} />`)}</ul>
    <${Nothing} list=${list} filtered=${filter.statuses.length + filter.topics.length > 0} error=${error} loading=${loading} />
    <p class="count" data-testid="count" data-count=${list.length}>${count_words(list.length, more)}
      ${more && html` <button type="button" class="plain" data-testid="load-more" onClick=${() => set_limit(limit + page_size)}>Show more</button>`}</p>
  </main>`;
}
