// The one place that names the view library.
import {h, options, render} from './lib/preact.js';
import htm from './lib/htm.js';

export {useEffect, useLayoutEffect, useMemo, useRef, useState} from './lib/hooks.js';
export {render};
export const html = htm.bind(h);

// Once a frame is as often as anyone can look, and a hidden page draws nothing at all.
options.debounceRendering = (draw) => requestAnimationFrame(draw);
