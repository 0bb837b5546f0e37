// The list's filter as the server's query. Pure.

export const statuses = ['to do', 'running', 'paused', 'completed', 'failed'];
export const default_sort = 'newest';
export const sorts = {
  newest: {label: 'Newest first', sort: {createdAt: -1}},
  oldest: {label: 'Oldest first', sort: {createdAt: 1}},
  changed: {label: 'Last changed first', sort: {updatedAt: -1}},
  priority: {label: 'Highest priority first', sort: {priority: -1, createdAt: 1}},
};

export function query_object(filter) {
  const parts = [];
  const states = filter.statuses.filter((word) => word !== 'failed');
  const by_state = states.length ? {state: {$in: states}} : undefined;
  const by_outcome = filter.statuses.includes('failed') ? {outcome: {$in: ['failed', 'dead']}} : undefined;
  if (by_state && by_outcome) parts.push({$or: [by_state, by_outcome]});
  else if (by_state ?? by_outcome) parts.push(by_state ?? by_outcome);
  if (filter.topics.length) parts.push({versionedTopic: {$in: filter.topics}});
  return Object.assign({}, ...parts);
}

export function toggled(list, value) {
  return list.includes(value) ? list.filter((other) => other !== value) : [...list, value];
}
