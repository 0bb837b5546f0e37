// A live query's list as its messages change it. Pure: nothing here waits, draws or sends.

// What `subscribeQuery` answered → the list's state.
export function list_from_answer(answer) {
  return {subscription_id: answer.subscriptionId, seq: answer.seq ?? 0, list: answer.list ?? [], error: answer.error};
}

// The state after a `change`; undefined where a step is missing or does not fit: then the list must be asked anew.
export function apply_change(state, change) {
  if (change.seq !== undefined && change.seq !== state.seq + 1) return undefined;
  const list = changed_list(state.list, change);
  return list && {...state, list, seq: state.seq + 1};
}

function changed_list(list, {operationType: type, position, doc}) {
  const last = type === 'insert' ? list.length : list.length - 1;
  if (!Number.isInteger(position) || position < 0 || position > last) return undefined;
  switch (type) {
    case 'insert': return [...list.slice(0, position), doc, ...list.slice(position)];
    case 'update': return list.map((old, i) => (i === position ? doc : old));
    case 'delete': return list.filter((_, i) => i !== position);
    default: return undefined;
  }
}

// The state after a `list`: everything anew.
export function apply_list(state, list, about) {
  return {...state, list, seq: about?.seq ?? state.seq + 1};
}
