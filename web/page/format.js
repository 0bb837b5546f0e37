// Values as people read them. Pure.

const byte_units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function format_bytes(bytes) {
  if (!Number.isFinite(bytes)) return '';
  let unit = 0;
  while (Math.abs(bytes) >= 1024 && unit < byte_units.length - 1) { bytes /= 1024; ++unit; }
  const digits = unit === 0 || Math.abs(bytes) >= 100 ? 0 : 1;
  return `${bytes.toFixed(digits)} ${byte_units[unit]}`;
}

// '500k', '2 MiB', '1.5m' or plain bytes → bytes; undefined if it is none of these.
export function parse_bytes(text) {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?(?:\/s)?\s*$/i.exec(text);
  if (!match) return undefined;
  return Math.round(Number(match[1]) * 1024 ** ' kmgt'.indexOf(match[2].toLowerCase() || ' '));
}

export function format_seconds(seconds) {
  if (!Number.isFinite(seconds) || seconds < 0) return '';
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 600) return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`.replace(' 0 s', '');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`.replace(' 0 min', '');
  return `${Math.round(hours / 24)} days`;
}

export function format_age(iso, now_ms) {
  const seconds = (now_ms - Date.parse(iso)) / 1000;
  if (!Number.isFinite(seconds)) return '';
  if (seconds < -5) return `in ${format_seconds(-seconds)}`;
  if (seconds < 10) return 'just now';
  return `${format_seconds(seconds < 100 ? seconds : Math.floor(seconds / 60) * 60)} ago`;
}

export function format_time(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? String(iso) : time.toLocaleString();
}

export function format_clock(iso) {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? String(iso) : time.toLocaleTimeString([], {hour12: false});
}

export function format_json(value) { return JSON.stringify(value, null, 2); }
