import {html} from './ui.js';
import {sorts, statuses, toggled} from './filter.js';
import {list_href} from './route.js';

function Chip({group, value, on, toggle}) {
  return html`<button type="button" class="chip" data-testid=${`filter-${group}`} data-value=${value}
    aria-pressed=${on ? 'true' : 'false'} onClick=${toggle}>${value}</button>`;
}

// The filter lives in the address, so that it can be kept, sent and gone back to.
export function FilterBar({filter, topics}) {
  const go = (change) => { location.hash = list_href({...filter, ...change}); };
  const chips = (group, field, values) => html`<div class="chips" role="group" aria-label=${`Filter by ${group}`}>
    ${values.map((value) => html`<${Chip} key=${value} group=${group} value=${value} on=${filter[field].includes(value)}
      toggle=${() => go({[field]: toggled(filter[field], value)})} />`)}</div>`;
  const filtered = filter.statuses.length + filter.topics.length > 0;
  return html`<div class="filters">
    ${chips('state', 'statuses', statuses)}
    ${chips('topic', 'topics', topics)}
    ${filtered && html`<button type="button" class="plain" data-testid="filter-clear"
      onClick=${() => go({statuses: [], topics: []})}>Show all</button>`}
    <label class="sort"><span>Sort</span><select data-testid="sort" value=${filter.sort} onChange=${(event) => go({sort: event.target.value})}>
      ${Object.entries(sorts).map(([name, {label}]) => html`<option value=${name}>${label}</option>`)}</select></label>
  </div>`;
}
