// The address bar: '#/' with a filter, or '#/tasks/<id>'. Pure.
import {default_sort, sorts, statuses} from './filter.js';

export const task_href = (id) => `#/tasks/${id}`;

export function parse_route(hash) {
  const [path, query = ''] = hash.replace(/^#/, '').split('?');
  const task = /^\/tasks\/([0-9a-fA-F]{24})$/.exec(path);
  if (task) return {id: task[1].toLowerCase()};
  const values = new URLSearchParams(query);
  const sort = values.get('sort');
  return {filter: {
    statuses: values.getAll('state').filter((word) => statuses.includes(word)),
    topics: values.getAll('topic'),
    sort: Object.hasOwn(sorts, sort ?? '') ? sort : default_sort,
  }};
}

export function list_href(filter) {
  const values = new URLSearchParams();
  for (const status of filter.statuses) values.append('state', status);
  for (const topic of filter.topics) values.append('topic', topic);
  if (filter.sort !== default_sort) values.set('sort', filter.sort);
  const query = values.toString();
  return query ? `#/?${query}` : '#/';
}
