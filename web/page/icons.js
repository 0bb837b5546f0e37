import {html} from './ui.js';

const shapes = {
  pause: 'M5 3h2.500v10H5zM8.500 3H11v10H8.500z',
  resume: 'M5 2.800v10.400L13 8z',
  stop: 'M3.500 3.500h9v9h-9z',
  retry: 'M8 2.500a5.500 5.500 0 1 0 5.300 7h-1.700A3.900 3.900 0 1 1 8 4.100c1 0 2 .4 2.700 1.100L8.800 7.100H13.500V2.400L11.900 4A5.500 5.500 0 0 0 8 2.500z',
  remove: 'M6 2h4l.6 1H13v1.500H3V3h2.400zM4 5.500h8l-.6 8.500H4.600z',
  add: 'M7.200 2.500h1.600v4.700h4.700v1.600H8.800v4.700H7.200V8.800H2.500V7.200h4.700z',
  back: 'M9.900 3 11 4.100 7.100 8l3.900 3.900L9.900 13l-5-5z',
  close: 'M4.100 3 8 6.900 11.900 3 13 4.100 9.100 8l3.900 3.900-1.100 1.100L8 9.100 4.100 13 3 11.900 6.900 8 3 4.100z',
};

// Decoration: the button that holds it carries the words.
export function icon(name) {
  return html`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
    <path d=${shapes[name]} fill="currentColor" /></svg>`;
}
